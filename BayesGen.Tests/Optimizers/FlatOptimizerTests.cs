using TorchSharp.Modules;

namespace BayesGen.Tests;

/// <summary>The flat optimizers against TorchSharp's own, step by step.</summary>
public class FlatOptimizerTests
{
    private const int Steps = 25;

    public static TheoryData<string> Cases =>
    [
        "Adam", "Adam with decay", "Adam with odd options", "AdamW", "AdamW without decay", "SGD", "SGD with decay", "SGD with momentum",
        "SGD with dampening", "SGD after Nesterov",
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void EveryStepMatchesTorchSharp(string name)
    {
        RequireSame(name, ScalarType.Float64, 1e-13);
        RequireSame(name, ScalarType.Float32, 1e-5);
    }

    /// <summary>States go by address, and a tensor that moving makes may lie where another parameter lay.</summary>
    [Fact]
    public void OneKnownParameterOfTwoIsNotEnoughToMoveAny()
    {
        using var scope = NewDisposeScope();
        var (known, made) = (new Parameter(zeros(3)), new Parameter(zeros(2)));
        var states = new Dictionary<nint, OptimizerState> { [known.Handle] = null! };
        ParameterState.RequireKnown([known], states);
        Assert.Contains(
            "after moving", Assert.Throws<InvalidOperationException>(() => ParameterState.RequireKnown([known, made], states)).Message);
    }

    [Fact]
    public void ParameterGroupsKeepTheirOwnRates()
    {
        using var scope = NewDisposeScope();
        var (mine, theirs) = (Parameters(ScalarType.Float64), Parameters(ScalarType.Float64));
        static Adam.ParamGroup[] Groups(Parameter[] parameters) =>
            [new([parameters[0]], lr: 0.1), new([parameters[1]], lr: 0.001, beta1: 0.5)];
        using var flat = new FlatAdam(Groups(mine));
        using var plain = optim.Adam(Groups(theirs));
        Run(mine, flat);
        Run(theirs, plain);
        RequireEqual(mine, theirs, 1e-13);
        flat.ParamGroups.First().LearningRate = 0;
        var before = mine[0].detach().clone();
        Run(mine, flat);
        Assert.True(TensorBits.Same(before, mine[0]));
    }

    [Fact]
    public void DtypesWithoutAKernelUseTorchSharpsStep()
    {
        using var scope = NewDisposeScope();
        var (mine, theirs) = (Parameters(ScalarType.Float64), Parameters(ScalarType.Float64));
        using var flat = new FlatAdam([new Adam.ParamGroup(mine, lr: 0.1, amsgrad: true)]);
        using var plain = optim.Adam(theirs, 0.1, amsgrad: true);
        Run(mine, flat);
        Run(theirs, plain);
        Assert.All(mine.Zip(theirs), pair => Assert.True(TensorBits.Same(pair.First, pair.Second)));
    }

    [Fact]
    public void AParameterWithoutAGradientStaysAndItsNeighborMoves()
    {
        using var scope = NewDisposeScope();
        var parameters = Parameters(ScalarType.Float32);
        var before = parameters.Select(parameter => parameter.detach().clone()).ToList();
        using var flat = new FlatAdam(parameters, 0.1);
        parameters[1].grad = ones_like(parameters[1], requires_grad: false);
        flat.step();
        Assert.True(TensorBits.Same(before[0], parameters[0]));
        Assert.False(TensorBits.Same(before[1], parameters[1]));
    }

    [Fact]
    public void AutogradSeesTheStep()
    {
        using var scope = NewDisposeScope();
        var parameters = Parameters(ScalarType.Float32);
        using var flat = new FlatAdam(parameters, 0.1);
        var loss = parameters[0].square().sum();
        parameters[0].grad = ones_like(parameters[0], requires_grad: false);
        flat.step();
        Assert.ThrowsAny<Exception>(() => loss.backward());
    }

    [Fact]
    public void TheStateLoadsIntoTorchSharpsOptimizer()
    {
        using var scope = NewDisposeScope();
        var (mine, theirs) = (Parameters(ScalarType.Float64), Parameters(ScalarType.Float64));
        using var flat = new FlatAdam(mine, 0.1);
        using var plain = optim.Adam(theirs, 0.1);
        Run(mine, flat);
        plain.load_state_dict(flat.state_dict());
        using (no_grad())
            foreach (var (source, target) in mine.Zip(theirs))
                target.copy_(source);
        Run(mine, flat);
        Run(theirs, plain);
        RequireEqual(mine, theirs, 1e-13);
    }

    private static void RequireSame(string name, ScalarType dtype, double tolerance)
    {
        using var scope = NewDisposeScope();
        var (mine, theirs) = (Parameters(dtype), Parameters(dtype));
        var (flat, plain) = Make(name, mine, theirs);
        using (flat)
        using (plain)
        {
            Run(mine, flat);
            Run(theirs, plain);
            RequireEqual(mine, theirs, tolerance);
        }
    }

    private static (optim.Optimizer Flat, optim.Optimizer Plain) Make(string name, Parameter[] mine, Parameter[] theirs) => name switch
    {
        "Adam" => (new FlatAdam(mine, 0.1), optim.Adam(theirs, 0.1)),
        "Adam with decay" => (new FlatAdam(mine, 0.1, weight_decay: 0.3), optim.Adam(theirs, 0.1, weight_decay: 0.3)),
        "Adam with odd options" => (new FlatAdam(mine, 0.1, 0.5, 0.7, 1e-2), optim.Adam(theirs, 0.1, 0.5, 0.7, 1e-2)),
        "AdamW" => (new FlatAdamW(mine, 0.1, weight_decay: 0.3), optim.AdamW(theirs, 0.1, weight_decay: 0.3)),
        "AdamW without decay" => (new FlatAdamW(mine, 0.1, weight_decay: 0), optim.AdamW(theirs, 0.1, weight_decay: 0)),
        "SGD" => (new FlatSgd(mine, 0.1), optim.SGD(theirs, 0.1)),
        "SGD with decay" => (new FlatSgd(mine, 0.1, weight_decay: 0.3), optim.SGD(theirs, 0.1, weight_decay: 0.3)),
        "SGD with momentum" => (new FlatSgd(mine, 0.1, 0.9), optim.SGD(theirs, 0.1, 0.9)),
        "SGD with dampening" => (new FlatSgd(mine, 0.1, 0.9, 0.4), optim.SGD(theirs, 0.1, 0.9, 0.4)),
        "SGD after Nesterov" => (new FlatSgd(mine, 0.1, 0.9, nesterov: true), optim.SGD(theirs, 0.1, 0.9, nesterov: true)),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "No such case."),
    };

    private static Parameter[] Parameters(ScalarType dtype) =>
        [new(new NoiseSource(1).Normal(empty(5003, dtype: dtype))), new(new NoiseSource(2).Normal(empty([7, 11], dtype: dtype)))];

    private static void Run(Parameter[] parameters, optim.Optimizer optimizer)
    {
        for (var step = 0; step < Steps; step++)
        {
            using var scope = NewDisposeScope();
            foreach (var parameter in parameters)
            {
                // The slope of a bowl, log cosh p: paths bend, and rounding dies out instead of growing.
                using var _ = no_grad();
                parameter.grad = parameter.tanh();
            }

            optimizer.step();
        }
    }

    private static void RequireEqual(Parameter[] mine, Parameter[] theirs, double tolerance) => Assert.All(mine.Zip(theirs), pair =>
    {
        var error = (pair.First - pair.Second).abs().max().to(ScalarType.Float64).item<double>();
        Assert.True(error <= tolerance, $"The largest error is {error:G3}.");
    });
}
