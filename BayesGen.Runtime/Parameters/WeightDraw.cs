using BayesGen.Kernels;

namespace BayesGen.Parameters;

/// <summary>
/// One reparameterized draw of all Bayesian weights, written into the network. While it is alive the network computes with it; dispose it
/// before the next one. It is also the only door for gradients: <see cref="Backward"/> carries the network's gradients on to the
/// posterior.
/// </summary>
public sealed class WeightDraw : IDisposable
{
    private readonly WeightLease _lease;
    private readonly ParameterInventory _inventory;
    private readonly ParameterFreezing _freezing;
    private readonly List<ArenaDraw> _draws;
    private List<VersionProbe>? _parameters;
    private bool _isDisposed;

    /// <param name="lease">Who gave the weights to this draw.</param>
    /// <param name="inventory">The parameters of the network.</param>
    /// <param name="freezing">Which of them are frozen.</param>
    /// <param name="draws">The parts of the draw.</param>
    internal WeightDraw(WeightLease lease, ParameterInventory inventory, ParameterFreezing freezing, List<ArenaDraw> draws)
    {
        (_lease, _inventory, _freezing) = (lease, inventory, freezing);
        _draws = draws;
    }

    internal IReadOnlyList<ArenaDraw> Draws => _draws;

    /// <summary>The weights of one layer in this draw; with <see cref="Estimator.Local"/> their means.</summary>
    /// <param name="key">The key of the weight, for example <c>conv1.weight</c>.</param>
    /// <returns>A new tensor, a copy without a graph.</returns>
    /// <exception cref="KeyNotFoundException">The network has no Bayesian weight of this key.</exception>
    public Tensor this[string key]
    {
        get
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            var (arena, weight) = _inventory.Keys.Find(key);
            using var _ = no_grad();
            using var slice = weight.Place.SliceOf(_draws.First(draw => draw.Arena == arena).Weights);
            return slice.detach().clone();
        }
    }

    /// <summary>
    /// Computes the gradients of <paramref name="total"/> and adds them to the posterior parameters and to the deterministic weights.
    /// </summary>
    /// <remarks>
    /// The chain rule in two strides: autograd fills the gradients with respect to the weights of the network, then
    /// dL/d(parameters) = dL/dw dw/d(parameters) along the graph of this draw. A bare <c>total.backward()</c> would stop half way; the
    /// next draw refuses to continue after one.
    /// </remarks>
    /// <param name="total">A scalar computed from the network under this draw, and from divergences of it.</param>
    /// <exception cref="InvalidOperationException">
    /// The draw is not alive any more or was made without gradients, or user code broke the memory shared with the network.
    /// </exception>
    public void Backward(Tensor total)
    {
        BackwardToWeights(total);
        PullBack();
        if (_parameters is not null)
            _freezing.KeepByHand();
    }

    /// <summary>
    /// Made by hand, a draw may stay alive while an optimizer moves the parameters; it would then continue with the old weights.
    /// </summary>
    internal void WatchParameters()
    {
        if (is_grad_enabled())
            _parameters = [.. _draws.SelectMany(draw => draw.Arena.Flat).Select(flat => new VersionProbe(flat))];
    }

    /// <summary>Checks that the parameters are those that were drawn from.</summary>
    /// <exception cref="InvalidOperationException">They have moved.</exception>
    internal void RequireUnmoved()
    {
        if (_parameters?.Exists(parameter => parameter.HasChanged()) == true)
            throw new InvalidOperationException(
                "The posterior has changed since this draw was made, by an optimizer's step or by hand, and the network still computes "
                    + "with the old "
                + "weights. Draw again for each step: using var draw = model.Draw() belongs inside the loop.");
    }

    /// <summary>The first stride alone: what arrives at the weights is left to the caller, who pulls it back or uses it up.</summary>
    /// <param name="total">As in <see cref="Backward"/>.</param>
    internal void BackwardToWeights(Tensor total)
    {
        ArgumentNullException.ThrowIfNull(total);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (!_lease.IsHeldBy(this))
            throw new InvalidOperationException("This draw was overwritten: call Backward before the weights of the network change.");
        if (total.numel() != 1)
            throw new ArgumentException(
                $"Backward needs a scalar; this tensor has shape [{string.Join(", ", total.shape)}].", nameof(total));
        RequireUnmoved();
        if (_draws.Any(draw => !draw.HasGradient))
            throw new InvalidOperationException("This draw was made while gradients were off (no_grad); draw again with gradients on.");
        _freezing.RequireSomethingToTrain();
        if (!total.requires_grad)
            throw new ArgumentException(
                "The total does not depend on the weights: compute it from the network's output while gradients are on.", nameof(total));

        _inventory.Verify();
        try
        {
            total.backward();
            foreach (var draw in _draws)
                draw.Arena.Local?.RequireHookRan();
        }
        catch
        {
            // Half a gradient is none: left behind, it would be taken for a bare backward() by the next draw.
            _lease.ZeroGradients(setToNone: false);
            throw;
        }
    }

    /// <summary>The second stride: what lies at the weights goes on to the parameters.</summary>
    internal void PullBack()
    {
        foreach (var draw in _draws)
            draw.PullBack();
    }

    internal void ForgetGradients()
    {
        foreach (var draw in _draws)
            draw.ForgetGradient();
    }

    /// <summary>Ends the draw. The network returns to its mean (or MAP) with the next forward.</summary>
    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        try
        {
            foreach (var draw in _draws)
            {
                draw.Arena.Local?.End();
                draw.Dispose();
            }

            foreach (var parameter in _parameters ?? [])
                parameter.Dispose();
        }
        finally
        {
            _lease.End(this);
        }
    }
}
