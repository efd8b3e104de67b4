namespace BayesGen.Parameters;

/// <summary>What is refused because something else is under way, or was left behind.</summary>
public sealed partial class NetworkArena
{
    /// <summary>Whether the network has run with gradients and without a draw, in training mode, since the last draw or
    /// zero_grad().</summary>
    private bool _hasRunWithoutDraw;

    /// <summary>How often in a row a zero_grad() threw away what a backward without a draw had left.</summary>
    private int _discarded;

    private void RequireNoDraw(string what)
    {
        if (_draw is not null)
            throw new InvalidOperationException($"A draw of this network is alive: dispose it before you {what}.");
        if (_isBorrowed)
            throw new InvalidOperationException($"An evaluation holds the weights of this network: {what} when it has ended.");
    }

    private void RequireNoGradient(string next)
    {
        if (_families.FirstOrDefault(arena => arena.HasGradient()) is { } arena)
            throw new InvalidOperationException(
                $"A gradient was left in the {arena.Family.Name} weights ('{arena.Weights[0].Key}' and others) before this {next}: a bare "
                + "backward() reached the network and not its posterior. Run the network under a draw (using var draw = model.Draw()) "
                + "and call "
                + "draw.Backward(total) instead of total.backward(); zero_grad() on the wrapper discards the gradient that was left.");
    }

    /// <summary>
    /// A loop that never draws reaches no posterior, however long it runs. In evaluation mode a backward may be meant for the inputs.
    /// </summary>
    private void RequireNoLostSteps()
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
}
