namespace BayesGen.Export;

/// <summary>What an export writes: the steps of a network for one size of batch, in their order.</summary>
/// <param name="Network">The name of the network's class.</param>
/// <param name="Inputs">The inputs.</param>
/// <param name="Steps">The steps.</param>
/// <param name="Output">What comes out.</param>
/// <param name="Constants">The weights, and what is computed from them.</param>
internal sealed record ExportPlan(
    string Network, IReadOnlyList<PlanValue> Inputs, IReadOnlyList<PlanStep> Steps, PlanValue Output,
    IReadOnlyList<PlanConstant> Constants)
{
    /// <summary>The number of sets of weights.</summary>
    public int Draws { get; private set; }

    /// <summary>Reads the weights as they are now, as one more draw.</summary>
    public void Read()
    {
        Draws++;
        foreach (var constant in Constants)
        {
            var values = constant.Read();
            if (constant.Draws.Count == 1 && Draws > 1)
            {
                // The same in all draws so far: one set stands for them.
                if (!values.AsSpan().SequenceEqual(constant.Draws[0]))
                    constant.Draws = [.. Enumerable.Repeat(constant.Draws[0], Draws - 1), values];
            }
            else
                constant.Draws = [.. constant.Draws, values];
        }
    }

    /// <summary>The weights of another plan of the same network.</summary>
    public void TakeFrom(ExportPlan other)
    {
        Draws = other.Draws;
        foreach (var (mine, theirs) in Constants.Zip(other.Constants))
            mine.Draws = theirs.Draws;
    }
}
