using BayesGen.Export.Emitted;

namespace BayesGen.Export;

/// <summary>An exported program: its fields, its statements, and the same statements to be run here.</summary>
internal sealed class CSharpProgram
{
    private readonly Dictionary<string, CSharpField> _fields = [];
    private readonly List<(string Source, CSharpCall Call)> _calls = [];
    private readonly NumberText _numbers;

    /// <param name="plan">The plan, whose weights have been read.</param>
    /// <param name="numbers">How weights are written.</param>
    public CSharpProgram(ExportPlan plan, NumberText numbers)
    {
        (Plan, _numbers, Memory) = (plan, numbers, new ScratchMemory(plan));
        foreach (var input in plan.Inputs)
            Inputs.Add(Memory.Of(input, -1));
    }

    public ExportPlan Plan { get; }

    public ScratchMemory Memory { get; }

    /// <summary>Where the inputs lie.</summary>
    public List<CSharpOperand> Inputs { get; } = [];

    /// <summary>Where the output lies.</summary>
    public CSharpOperand Output => Memory.Of(Plan.Output, Plan.Steps.Count);

    public IReadOnlyCollection<CSharpField> Fields => _fields.Values;

    /// <summary>The statements, each with where it stands in the source of forward.</summary>
    public IReadOnlyList<(string Source, CSharpCall Call)> Calls => _calls;

    /// <summary>The regions of the kernels that are used.</summary>
    public HashSet<string> Regions { get; } = ["Floats"];

    /// <summary>The number of a step while it is written.</summary>
    public int Step { get; set; }

    /// <summary>What the program answers to examples, run here, for each draw.</summary>
    public List<float[]> OutputsOf(Tensor example, int draws)
    {
        var (count, isTokens) = ((int)example.shape[0], !example.is_floating_point());
        var numbers = isTokens ? [] : PlanNumbers.Of(example);
        var tokens = isTokens ? TokensOf(example) : null;
        return [.. Enumerable.Range(0, draws).Select(draw => Run(numbers, tokens, count, draw))];
    }

    private static long[] TokensOf(Tensor example)
    {
        using var tokens = example.to(ScalarType.Int64).cpu().contiguous();
        return tokens.data<long>().ToArray();
    }

    /// <summary>Over examples one after the other.</summary>
    private float[] Run(float[] inputs, long[]? tokens, int count, int draw)
    {
        var outputs = new float[count * Plan.Output.Count];
        var scratch = new float[Memory.Length];
        var length = Plan.Inputs[0].Count;
        for (var example = 0; example < count; example++)
        {
            if (tokens is null)
                inputs.AsSpan(example * length, length).CopyTo(Inputs[0].Out(scratch));
            Tokens = tokens?[(example * length)..((example + 1) * length)] ?? [];
            foreach (var (_, call) in _calls)
                call.Run(scratch, draw);
            Output.In(scratch, draw)[..Plan.Output.Count].CopyTo(outputs.AsSpan(example * Plan.Output.Count));
        }

        return outputs;
    }

    /// <summary>The tokens of the example that runs.</summary>
    public long[] Tokens { get; private set; } = [];

    /// <summary>Where a value lies.</summary>
    public CSharpOperand Place(PlanValue value) => value.Constant is { } constant
        ? new CSharpOperand(0, value.Count, Numbers(constant))
        : Memory.Of(value, Step);

    /// <summary>Memory for this step alone.</summary>
    public CSharpOperand Temporary(int count) => Memory.ForStep(count, Step);

    /// <summary>Adds a statement.</summary>
    public void Call(string region, string text, Action<float[], int> run)
    {
        Regions.Add(region);
        _calls.Add((Plan.Steps[Step].Source, new CSharpCall(text, run)));
    }

    /// <summary>The numbers of a constant as they are.</summary>
    public CSharpField Numbers(PlanConstant constant) => Field(constant, "", "float[]", values =>
    {
        var (text, numbers, _) = NumberText.Floats(values);
        return (text, numbers);
    });

    /// <summary>Weights, in the format of the file.</summary>
    /// <param name="constant">The weights.</param>
    /// <param name="rows">How many of them have a scale of their own.</param>
    /// <param name="type">The type of the field.</param>
    /// <param name="wrap">What is made of text and numbers.</param>
    public CSharpField Weights(
        PlanConstant constant, int rows, string type, Func<string, float[], (string Text, object Value)> wrap) =>
        Field(constant, type, type, values =>
        {
            var (text, numbers, region) = _numbers.Weight(values, rows, constant.Key);
            Regions.Add(region);
            return wrap(text, numbers);
        });

    /// <summary>The numbers of a bias in whole vectors.</summary>
    public CSharpField Padded(PlanConstant constant) => Field(constant, "padded", "float[]", values =>
        ($"Padded({NumberText.Floats(values).Text})", DenseKernels.Padded(values)));

    /// <summary>Weights without their zeros, in the format of the file.</summary>
    public CSharpField Sparse(PlanConstant constant, Func<float[], (float[] Kept, int[] Gaps, int[] Counts)> take) =>
        Field(constant, "rows", "SparseRows", values =>
        {
            var (kept, gaps, counts) = take(values);
            var (text, numbers, region) = _numbers.Rows(kept, counts, constant.Key);
            Regions.Add(region);
            return ($"SparseRows.Of({text}, {NumberText.Gaps(gaps)}, {NumberText.Gaps(counts)})",
                DenseKernels.SparseRows.Of(numbers, [.. gaps], counts));
        });

    /// <summary>A field of the program's own, the same for all draws.</summary>
    public CSharpField Fixed(string name, string type, string text, object value)
    {
        name = Unused(name);
        return _fields[name] = new CSharpField(name, type, [text], [value], "");
    }

    private CSharpField Field(PlanConstant constant, string kind, string type, Func<float[], (string Text, object Value)> make)
    {
        var key = $"{constant.Name} {kind}";
        if (_fields.TryGetValue(key, out var known))
            return known;
        var made = constant.Draws.Select(make).ToList();
        var field = new CSharpField(
            Unused(NameOf(constant.Name)), type, [.. made.Select(one => one.Text)], [.. made.Select(one => one.Value)],
            $"{constant.Name} [{string.Join(", ", constant.Shape)}]");
        return _fields[key] = field;
    }

    private string Unused(string name)
    {
        var used = name;
        for (var i = 2; _fields.Values.Any(field => field.Name == used); i++)
            used = $"{name}{i}";
        return used;
    }

    /// <summary>conv1.weight as W_conv1_weight: no name of a kernel begins so.</summary>
    private static string NameOf(string key) =>
        "W_" + string.Concat(key.Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '_'));
}
