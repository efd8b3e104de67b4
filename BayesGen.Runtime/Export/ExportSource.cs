using BayesGen.Execution;
using BayesGen.Likelihoods;
using BayesGen.Noise;
using BayesGen.Parameters;
using BayesGen.Prediction;
using BayesGen.Structure;

namespace BayesGen.Export;

/// <summary>Plan and outputs of a network for an example, for each set of weights.</summary>
/// <param name="Plan">The plan for one example, with its weights.</param>
/// <param name="Wider">Plans for two and for three examples, which show what depends on the batch; null where not asked for.</param>
/// <param name="Outputs">What Torch gives for the first examples, one array for each set.</param>
/// <param name="Examples">How many of the examples these are: all, or one where examples depend on one another.</param>
internal sealed record ExportReading(
    ExportPlan Plan, (ExportPlan Two, ExportPlan Three)? Wider, IReadOnlyList<float[]> Outputs, long Examples);

/// <summary>Reads a network for an export.</summary>
internal static class ExportSource
{
    /// <summary>The same operations, on images in one layout or the other: what is further apart was misread.</summary>
    private const double Misreading = 1e-5;

    /// <summary>A Bayesian neural network, by its draws or at its mean or MAP.</summary>
    public static ExportReading Of(IBayesianNetwork model, Tensor example, ExportOptions options, bool wider)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Samples, nameof(options.Samples));
        if (model.training)
            throw Training("model");
        if (model is not nn.Module<Tensor, Tensor> network)
            throw new NotSupportedException(
                $"{model.GetType().Name} does not take one tensor and return one, as an export does. Export a network around it that does.");
        RequireExample(example);
        RequireNoise(options);
        RequireDraws(model, options);
        RequireClasses(model, options);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var turn = model.Arena.TakeTurn();
        using var weights = model.Arena.Lease.Override("export");
        using var mode = model.InEvaluationMode();
        var x = example.to(model.Arena.Device);
        weights.Write(options.At);
        var graph = GraphReader.Read(model.Arena.Network);
        WeightCheck.Require(graph);
        var expected = PosteriorDraws.Output(network.call, x);
        GraphCheck.Require(graph, x, [expected], Misreading);
        var count = CountOf(network.call, graph, x, wider);
        return Read(graph, x, count, wider, Math.Max(1, options.Samples), k =>
        {
            if (options.Samples > 0)
            {
                weights.WriteDraw(new NoiseSource(DrawSeed.Of(options.Seed, k)));
                WeightCheck.Require(graph);
            }

            return PosteriorDraws.Output(network.call, x.narrow(0, 0, count));
        });
    }

    /// <summary>How many of the examples the steps of the file may be compared on.</summary>
    /// <param name="forward">What the network computes.</param>
    /// <param name="graph">Its graph.</param>
    /// <param name="x">The examples.</param>
    /// <param name="isOnnx">Whether the file computes a batch at once; a C# file takes its examples one by one.</param>
    private static long CountOf(Func<Tensor, Tensor> forward, NetworkGraph graph, Tensor x, bool isOnnx) =>
        BatchCheck.Difference(forward, x) is not { } difference ? x.shape[0]
            : isOnnx ? 1
            : throw new NotSupportedException(
                $"In {graph.Network} the answer for an example depends on the other examples in its batch ({difference}), and a C# "
                + "file answers to each example by itself. Where another dimension than the first was meant, name it "
                + "(MultiheadAttention takes [T, N, E], LSTM and GRU too without batchFirst); else write ONNX. Nothing was written.");

    private static void RequireNoise(ExportOptions options)
    {
        if (options is { Samples: 0, Noise: not null })
            throw new ArgumentException(
                "Noise says how draws become mean and variance, and Samples is 0. Set Samples, or leave Noise out for one network.",
                nameof(options));
    }

    private static void RequireDraws(IBayesianNetwork model, ExportOptions options)
    {
        if (options.Samples > 0 && model is IPosteriorByFit)
            throw new NotSupportedException(
                "The posterior of a LastLayerModel is in what FitLaplace or FitVariationalLastLayer gives, and that one draws outputs for "
                + "each example, which a file does not. Leave Samples at 0: the file then has the outputs of the network, without "
                + "uncertainty.");
    }

    /// <summary>Draws without a noise are joined as logits of classes, which outputs of another kind would not survive.</summary>
    private static void RequireClasses(IBayesianNetwork model, ExportOptions options)
    {
        if (options is not { Samples: > 0, Noise: null })
            return;
        var training = model.Arena.NotedLikelihood == LikelihoodChoice.SquaredError ? "by the squared error"
            : LikelihoodChoice.NotedOn(model.Arena) is { } likelihood and not CategoricalLikelihood ? $"under the likelihood '{likelihood}'"
            : null;
        if (training is not null)
            throw new NotSupportedException(
                $"The network was trained {training}, and draws are joined to probabilities of classes where no Noise is given. Set Noise where "
                + "it is Gaussian, or leave Samples at 0 for the outputs of one network.");
    }

    /// <summary>A graph with the weights that its layers have.</summary>
    public static ExportReading Of(NetworkGraph graph, Tensor example, ExportOptions options, bool wider)
    {
        ArgumentNullException.ThrowIfNull(graph);
        if (graph.Inputs.Count != 1)
            throw new NotSupportedException(
                $"{graph.Network} takes {graph.Inputs.Count} inputs, and an export has one. Export a network around it that takes one "
                + "tensor and makes these of it: by narrow, select or indices.");
        RequireNoise(options);
        if (options.Samples > 0)
            throw new ArgumentException("A plain network has no posterior to draw from: leave Samples at 0.", nameof(options));
        var layers = graph.Nodes.Select(node => node.Operation).OfType<LayerCall>().Select(call => call.Module).ToList();
        if (layers.Any(layer => layer.training))
            throw Training("network");
        RequireExample(example);
        WeightCheck.Require(graph);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        List<LstmInference> lstms = [.. layers.Select(layer => new LstmInference(layer))];
        try
        {
            Func<Tensor, Tensor> forward = x => GraphRun.Outputs(graph, [x])[0];
            if (graph.Origin is nn.Module<Tensor, Tensor> origin)
            {
                forward = origin.call;
                GraphCheck.Require(graph, example, [PosteriorDraws.Output(forward, example)], Misreading);
            }

            var count = CountOf(forward, graph, example, wider);
            return Read(graph, example, count, wider, 1, _ => PosteriorDraws.Output(forward, example.narrow(0, 0, count)));
        }
        finally
        {
            lstms.ForEach(lstm => lstm.Dispose());
        }
    }

    private static ExportReading Read(NetworkGraph graph, Tensor x, long count, bool wider, int draws, Func<int, Tensor> output)
    {
        // The forward of the network itself says first whether the example fits.
        var outputs = new List<float[]> { Numbers(output(0)) };
        var plan = PlanReader.Read(graph, [x.narrow(0, 0, 1)]);
        if (!x.is_floating_point())
            RequireTokens(plan, x);
        plan.Read();
        for (var k = 1; k < draws; k++)
        {
            outputs.Add(Numbers(output(k)));
            plan.Read();
        }

        if (!wider)
            return new ExportReading(plan, null, outputs, count);
        var (two, three) = (PlanReader.Read(graph, [Rows(x, 2)]), PlanReader.Read(graph, [Rows(x, 3)]));
        two.TakeFrom(plan);
        return new ExportReading(plan, (two, three), outputs, count);
    }

    /// <summary>Whole numbers go to an embedding, moved at most; elsewhere the file would compute otherwise than Torch.</summary>
    private static void RequireTokens(ExportPlan plan, Tensor x)
    {
        HashSet<int> tokens = [.. plan.Inputs.Select(input => input.Id)];
        foreach (var step in plan.Steps.Where(step => step is not LookupStep && step.Inputs.Any(input => tokens.Contains(input.Id))))
            if (step is ReshapeStep or PermuteStep or SliceStep or CatStep or ExpandStep)
                tokens.Add(step.Output.Id);
            else
                throw new ArgumentException(
                    $"'{step.Source}' computes with the input, and the example is of {x.dtype}, which only an embedding takes. Give the "
                    + "export an example of floating point: example.to(float32).", "example");
    }

    private static Tensor Rows(Tensor x, int count) => cat([.. Enumerable.Repeat(x.narrow(0, 0, 1), count)], 0);

    private static float[] Numbers(Tensor output)
    {
        var numbers = PlanNumbers.Of(output);
        output.Dispose();
        return numbers;
    }

    private static InvalidOperationException Training(string what) => new(
        $"The {what} is in training mode, and an export is of what it computes in evaluation. Call {what}.eval() first.");

    private static void RequireExample(Tensor example)
    {
        ArgumentNullException.ThrowIfNull(example);
        if (example.dim() == 0 || example.shape[0] == 0)
            throw new ArgumentException(
                $"The example has the shape [{string.Join(", ", example.shape)}]; its first dimension is the examples, at least one. "
                + "For a single example use x.unsqueeze(0).", nameof(example));
    }
}
