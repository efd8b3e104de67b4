namespace BayesGen.Parameters;

/// <summary>Refuses to continue where a bare backward() reached the network and not its posterior, so that nothing would be
/// learned.</summary>
internal sealed class BareBackwardGuard(ParameterInventory inventory)
{
    /// <summary>Whether the network has run with gradients and without a draw, in training mode, since the last draw or
    /// zero_grad().</summary>
    private bool _hasRunWithoutDraw;

    /// <summary>How often in a row a zero_grad() threw away what a backward without a draw had left.</summary>
    private int _discarded;

    /// <exception cref="InvalidOperationException">A gradient was left behind by a bare backward().</exception>
    /// <param name="next">What comes next, as it reads in the message.</param>
    public void RequireNoGradient(string next)
    {
        if (inventory.Families.FirstOrDefault(HasGradient) is { } arena)
            throw new InvalidOperationException(
                $"A gradient was left in the {arena.Family.Name} weights ('{arena.Weights[0].Key}' and others) before this {next}: a bare "
                + "backward() reached the network and not its posterior. Run the network under a draw (using var draw = model.Draw()) "
                + "and call "
                + "draw.Backward(total) instead of total.backward(); zero_grad() on the wrapper discards the gradient that was left.");
    }

    /// <summary>
    /// Called before a forward in training mode without a draw. A loop that never draws reaches no posterior, however long it runs; in
    /// evaluation mode a backward may be meant for the inputs.
    /// </summary>
    public void RequireNoLostSteps()
    {
        if (_hasRunWithoutDraw)
            RequireNoGradient("forward");
        if (_discarded > 1)
        {
            _discarded = 0;
            throw new InvalidOperationException(
                "The network ran without a draw, and zero_grad() threw away what backward() left in its weights, twice in a row: "
                    + "nothing reaches "
                + "the posterior like that. Run the network under a draw (using var draw = model.Draw()) and call draw.Backward(total) "
                + "instead of "
                + "total.backward(), or call eval() first where you want gradients of the inputs alone.");
        }

        _hasRunWithoutDraw = true;
    }

    /// <summary>A draw begins.</summary>
    public void OnDraw() => (_hasRunWithoutDraw, _discarded) = (false, 0);

    /// <summary>The gradients are about to be thrown away.</summary>
    public void OnZeroGradients()
    {
        if (_hasRunWithoutDraw && inventory.Families.Any(HasGradient))
            _discarded++;
        _hasRunWithoutDraw = false;
    }

    /// <summary>Whether a backward left something that no pull-back has taken.</summary>
    private static bool HasGradient(FamilyArena arena) => arena.Kernel is { HasLostDivergence: true } || arena.Store.HasGradient();
}
