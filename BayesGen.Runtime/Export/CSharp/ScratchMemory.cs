namespace BayesGen.Export;

/// <summary>
/// Where values lie in the scratch memory of an exported program: a place is free again behind the last step that reads it. Reshaped
/// values lie where the old ones do.
/// </summary>
internal sealed class ScratchMemory
{
    /// <summary>How far loops may go beyond a value: the longest vector of floats.</summary>
    public const int Spare = 16;

    private readonly Dictionary<int, int> _roots = [];
    private readonly Dictionary<int, int> _lastUse = [];
    private readonly Dictionary<int, CSharpOperand> _places = [];
    private readonly List<(int Start, int End, int FreeAfter)> _taken = [];

    public ScratchMemory(ExportPlan plan)
    {
        for (var i = 0; i < plan.Steps.Count; i++)
        {
            var step = plan.Steps[i];
            foreach (var input in step.Inputs)
                _lastUse[Root(input)] = i;
            if (IsView(step) && step.Input.Constant is null)
                _roots[step.Output.Id] = Root(step.Input);
        }

        _lastUse[Root(plan.Output)] = int.MaxValue;
    }

    /// <summary>The length of the scratch memory.</summary>
    public int Length { get; private set; }

    /// <summary>Whether a step moves no number.</summary>
    public static bool IsView(PlanStep step) => step switch
    {
        ReshapeStep => true,
        PermuteStep permute => permute.Dimensions.Where(dimension => permute.Input.Shape[dimension] > 1) is var moved
            && moved.SequenceEqual(moved.Order()),
        _ => false,
    };

    /// <summary>The place of a value at a step; made where there is none.</summary>
    public CSharpOperand Of(PlanValue value, int step)
    {
        var root = Root(value);
        if (!_places.TryGetValue(root, out var place))
            _places[root] = place = Take(value.Count, step, _lastUse.GetValueOrDefault(root, step));
        return place;
    }

    /// <summary>Memory for one step alone.</summary>
    public CSharpOperand ForStep(int count, int step) => Take(count, step, step);

    private int Root(PlanValue value) => _roots.GetValueOrDefault(value.Id, value.Id);

    private CSharpOperand Take(int count, int step, int lastUse)
    {
        _taken.RemoveAll(part => part.FreeAfter < step);
        var length = (count + Spare - 1) / Spare * Spare + Spare;
        var start = 0;
        foreach (var part in _taken.OrderBy(part => part.Start))
        {
            if (start + length <= part.Start)
                break;
            start = Math.Max(start, part.End);
        }

        _taken.Add((start, start + length, lastUse));
        Length = Math.Max(Length, start + length);
        return new CSharpOperand(start, length);
    }
}
