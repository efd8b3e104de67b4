using BayesGen.Export.Emitted;

namespace BayesGen.Export;

/// <summary>Matrices times vectors, dense or in compressed rows, whichever is faster.</summary>
internal static class LinearCalls
{
    /// <summary>
    /// How many times as long a weight of a compressed row takes as one of a dense layer: it is fetched by its place and multiplied alone,
    /// where a dense one is one of eight in a vector.
    /// </summary>
    private const double RowCost = 6;

    /// <summary>The part of inputs that are read below which it is faster to take them together first.</summary>
    private const double GatherBelow = 0.75;

    public static void Add(CSharpProgram program, LinearStep step)
    {
        var (outputs, inputs) = (step.Weight.Shape[0], step.Weight.Shape[1]);
        var (x, y, rows) = (program.Place(step.Input), program.Place(step.Output), step.Input.Count / inputs);
        var bias = BiasOf(program, step.Weight, step.Bias, outputs);
        var weight = step.Weight;
        if (ReadColumns(weight, inputs) is { } columns)
        {
            (x, weight) = (Gather(program, x, columns, rows, inputs), Taken(weight, columns));
            inputs = columns.Length;
        }

        if (IsSparse(weight, outputs, inputs))
        {
            var sparse = SparseField.Of(program, weight, outputs);
            program.Call(
                "LinearRows", $"LinearRows({x}, {y}, {sparse.Use}, {bias.Use}, {rows}, {inputs}, {outputs});",
                (s, draw) => DenseKernels.LinearRows(
                    x.In(s, draw), y.Out(s), sparse.Of<DenseKernels.SparseRows>(draw), bias.Of<float[]>(draw), rows, inputs, outputs));
            return;
        }

        var dense = Columns(program, weight);
        program.Call(
            "Linear", $"Linear({x}, {y}, {dense.Use}, {bias.Use}, {rows}, {inputs}, {outputs});",
            (s, draw) => DenseKernels.Linear(
                x.In(s, draw), y.Out(s), dense.Of<float[]>(draw), bias.Of<float[]>(draw), rows, inputs, outputs));
    }

    /// <summary>The inputs that have a weight, where they are few; null where most have.</summary>
    private static int[]? ReadColumns(PlanConstant weight, int inputs)
    {
        var isRead = new bool[inputs];
        foreach (var numbers in weight.Draws)
            for (var i = 0; i < numbers.Length; i++)
                isRead[i % inputs] |= numbers[i] != 0;
        int[] columns = [.. Enumerable.Range(0, inputs).Where(input => isRead[input])];
        return columns.Length > 0 && columns.Length < GatherBelow * inputs ? columns : null;
    }

    private static CSharpOperand Gather(CSharpProgram program, CSharpOperand x, int[] columns, int rows, int inputs)
    {
        var y = program.Temporary(rows * columns.Length);
        var gaps = columns.Select((column, i) => i == 0 ? column : column - columns[i - 1]);
        program.Regions.Add("Places");
        var places = program.Fixed("Places" + program.Step, "int[]", $"Places({NumberText.Gaps([.. gaps])})", columns);
        program.Call("Gather", $"Gather({x}, {y}, {places.Name}, {rows}, {inputs});",
            (s, draw) => DenseKernels.Gather(x.In(s, draw), y.Out(s), columns, rows, inputs));
        return y;
    }

    /// <summary>Some columns of a matrix.</summary>
    private static PlanConstant Taken(PlanConstant weight, int[] columns)
    {
        var (rows, inputs) = (weight.Shape[0], weight.Shape[1]);
        return new PlanConstant($"{weight.Name}.read", [rows, columns.Length], weight.Read)
        {
            Key = weight.Key,
            Draws = [.. weight.Draws.Select(numbers => (float[])[.. Enumerable.Range(0, rows * columns.Length)
                .Select(i => numbers[(i / columns.Length * inputs) + columns[i % columns.Length]])])],
        };
    }

    public static void Add(CSharpProgram program, RecurrentStep step)
    {
        var (steps, batch, inputs) = (step.Input.Shape[0], step.Input.Shape[1], step.Input.Shape[2]);
        if (batch != 1)
            throw new NotSupportedException(
                $"'{step.Source}' runs {batch} sequences for one example, and a C# file runs one. Give the layer the examples as its batch.");
        var hidden = step.WeightH.Shape[1];
        var gates = step.WeightX.Shape[0];
        var (x, y) = (program.Place(step.Input), program.Place(step.Output));
        var (h, c) = (program.Place(step.Hidden), step.Cell is null ? null : program.Place(step.Cell));
        var scratch = program.Temporary(2 * (gates + 32));
        var (weightX, weightH) = (Columns(program, step.WeightX), Columns(program, step.WeightH));
        var (biasX, biasH) = (BiasOf(program, step.WeightX, step.BiasX, gates), BiasOf(program, step.WeightH, step.BiasH, gates));
        var reverse = step.IsReverse ? "true" : "false";
        program.Call("Copy", $"{h}.Clear();", (s, _) => h.Out(s).Clear());
        if (c is not null)
            program.Call("Copy", $"{c}.Clear();", (s, _) => c.Out(s).Clear());
        var weights = $"{weightX.Use}, {biasX.Use}, {weightH.Use}, {biasH.Use}, {steps}, {inputs}, {hidden}, {hidden}, 0, {reverse}";
        if (c is not null)
            program.Call(
                "Lstm", $"Lstm({x}, {y}, {h}, {c}, {scratch}, {weights});",
                (s, draw) => AxisKernels.Lstm(
                    x.In(s, draw), y.Out(s), h.Out(s), c.Out(s), scratch.Out(s), weightX.Of<float[]>(draw), biasX.Of<float[]>(draw),
                    weightH.Of<float[]>(draw), biasH.Of<float[]>(draw), steps, inputs, hidden, hidden, 0, step.IsReverse));
        else
            program.Call(
                "Gru", $"Gru({x}, {y}, {h}, {scratch}, {weights});",
                (s, draw) => AxisKernels.Gru(
                    x.In(s, draw), y.Out(s), h.Out(s), scratch.Out(s), weightX.Of<float[]>(draw), biasX.Of<float[]>(draw),
                    weightH.Of<float[]>(draw), biasH.Of<float[]>(draw), steps, inputs, hidden, hidden, 0, step.IsReverse));
    }

    /// <summary>A matrix by columns.</summary>
    public static CSharpField Columns(CSharpProgram program, PlanConstant weight)
    {
        var (rows, columns) = (weight.Shape[0], weight.Shape[1]);
        return program.Weights(weight, rows, "float[]", (text, numbers) =>
            ($"Columns({text}, {rows}, {columns})", DenseKernels.Columns(numbers, rows, columns)));
    }

    /// <summary>A bias in whole vectors, zeros where there is none.</summary>
    public static CSharpField BiasOf(CSharpProgram program, PlanConstant weight, PlanConstant? bias, int count)
    {
        program.Regions.Add("Columns");
        bias ??= new PlanConstant($"{weight.Name}.zeros", [count], () => new float[count]) { Draws = [new float[count]] };
        var numbers = program.Padded(bias);
        return numbers;
    }

    private static bool IsSparse(PlanConstant weight, int rows, int columns)
    {
        var padded = (rows + ScratchMemory.Spare - 1) / ScratchMemory.Spare * ScratchMemory.Spare;
        var kept = weight.Draws.Max(numbers => numbers.Count(number => number != 0));
        return kept * RowCost + 4.0 * rows < padded * columns;
    }
}
