using CsCheck;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace BayesGen.Tests.Resilience;

/// <summary>
/// Of any network: the windows onto the arenas are disjoint and cover them, and an alias that user code broke is found and named.
/// </summary>
public sealed class ResilienceArenaTests
{
    private const int Width = 4;

    /// <summary>The layers of one stack; each takes and gives [N, 4].</summary>
    private static readonly Gen<int[]> Stack = Gen.Int[0, 6].Array[0, 4];

    private static readonly Gen<(int[], int[], int[])> Networks = Gen.Select(Stack, Stack, Stack);

    [Fact]
    [Trait("Lane", "Slow")]
    public void SlicesAreDisjointAndCoverTheArena() => Networks.Sample(
        layers =>
        {
            using var scope = NewDisposeScope();
            var plain = Build(layers);
            var parameters = plain.named_parameters().ToList();
            var all = parameters.Sum(entry => entry.parameter.numel());
            using var model = new BayesianStacks(plain);
            Assert.Equal(all, model.Arena.TotalCount);
            Assert.Equal(
                all,
                model.Arena.Families.Sum(family => family.Store.Count)
                    + model.Arena.Inventory.Deterministic.Sum(arena => arena.Store.Count));
            foreach (var family in model.Arena.Families)
            {
                Covers(family.Weights, family.Store);
                foreach (var (index, flat) in family.Flat.Index())
                    Tiles(flat, family.Weights.Select(weight => family.Posterior.WindowOf(weight).Parameters[index]));
                Tiles(family.Store.Weights, family.Weights.Select(weight => (Tensor)weight.Parameter));
            }

            foreach (var arena in model.Arena.Inventory.Deterministic)
                Covers(arena.Weights, arena.Store);

            // Every parameter of the plain network is somewhere, and nowhere twice.
            List<NetworkWeight> weights =
                [.. model.Arena.Families.SelectMany(family => family.Weights),
                    .. model.Arena.Inventory.Deterministic.SelectMany(arena => arena.Weights)];
            Assert.Equal(
                parameters.Select(entry => entry.parameter.Handle).Order(), weights.Select(weight => weight.Parameter.Handle).Order());
            Assert.Equal(weights.Count, weights.Select(weight => TensorMemory.AddressOf(weight.Parameter)).Distinct().Count());
        },
        iter: 60, threads: 1);

    [Fact]
    public void NamesABrokenAlias()
    {
        var found = new HashSet<string>();
        Gen.Select(Networks, Gen.Int[0, 3], Gen.Int[0, 1000]).Sample(
            (layers, kind, choice) =>
            {
                using var scope = NewDisposeScope();
                var plain = Build(layers);
                using var model = new BayesianStacks(plain);
                List<NetworkWeight> weights =
                    [.. model.Arena.Families.SelectMany(family => family.Weights),
                        .. model.Arena.Inventory.Deterministic.SelectMany(arena => arena.Weights)];
                if (model.Arena.Families.Count == 0)
                    return;
                var victim = weights[choice % weights.Count];
                var (what, expected) = Break(plain, victim, kind);
                if (expected is null)
                    return;
                var error = Assert.ThrowsAny<InvalidOperationException>(() => Step(model));
                Assert.True(
                    (what.StartsWith("one", StringComparison.Ordinal) ? [victim] : weights)
                        .Any(weight => error.Message.Contains($"'{weight.Key}'")),
                    $"{what} of {victim.Key}: {error.Message}");
                Assert.Contains(expected, error.Message);
                found.Add(what);
            },
            iter: 120, threads: 1);
        Assert.Equal(
            ["all: zero_grad()", "one: another gradient", "one: other memory", "one: swapped"], found.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void NamesWeightsOfAMovedPlainNetwork()
    {
        using var scope = NewDisposeScope();
        var plain = Build(([0, 1], [1], [0]));
        using var model = new BayesianStacks(plain);
        Convert(plain);
        var error = Assert.ThrowsAny<InvalidOperationException>(() => Step(model));
        Assert.Contains("'gaussian.0.weight'", error.Message);
        Assert.Contains("to() and Dispose() on the wrapper", error.Message);
    }

    /// <summary>By a way on which no analyzer sees whose network it is.</summary>
    private static void Convert(nn.Module network) => network.to(ScalarType.Float64);

    private static void Step(BayesianStacks model)
    {
        using var draw = model.Draw();
        draw.Backward(model.call(ones(2, Width)).sum() + new ElboLoss().Divergence(draw));
    }

    private static (string What, string? Expected) Break(Stacks plain, NetworkWeight victim, int kind)
    {
        using var _ = no_grad();
        switch (kind)
        {
            case 0:
                plain.zero_grad();
                return ("all: zero_grad()", "lost its gradient buffer");
            case 1:
                victim.Parameter.grad = zeros_like(victim.Parameter);
                return ("one: another gradient", "has a gradient buffer of its own");
            case 2:
                victim.Parameter.set_(victim.Parameter.detach().clone());
                return ("one: other memory", "no longer shares memory");
            default:
                if (victim is not { Layer: Linear layer, Name: "weight" })
                    return ("", null);
                layer.weight = new Parameter(zeros(Width, Width));
                return ("one: swapped", "was disposed or replaced");
        }
    }

    /// <summary>Slices of a store follow each other without a gap, and the network's own tensors lie where they say.</summary>
    private static void Covers(IReadOnlyList<NetworkWeight> weights, WeightStore store)
    {
        long next = 0;
        foreach (var weight in weights)
        {
            Assert.Equal(next, weight.Place.Offset);
            next += weight.Count;
            using var gradient = weight.Parameter.grad!;
            var at = (nint)(weight.Place.Offset * weight.Parameter.ElementSize);
            Assert.Equal(TensorMemory.AddressOf(store.Weights) + at, TensorMemory.AddressOf(weight.Parameter));
            Assert.Equal(TensorMemory.AddressOf(store.Gradients) + at, TensorMemory.AddressOf(gradient));
            Assert.Equal(weight.Shape, weight.Parameter.shape);
        }

        Assert.Equal(next, store.Count);
        Assert.Equal(next, store.Weights.numel());
    }

    /// <summary>
    /// Numbering the elements of each window in turn numbers those of the whole in order: none is met twice, none is left out.
    /// </summary>
    private static void Tiles(Tensor whole, IEnumerable<Tensor> windows)
    {
        using var _ = no_grad();
        using var kept = whole.detach().clone();
        using var flat = whole.detach();
        flat.fill_(-1);
        long next = 0;
        foreach (var window in windows)
        {
            var count = window.numel();
            using var plain = window.detach();
            plain.copy_(arange(next, next + count, whole.dtype, CPU).view(window.shape));
            next += count;
        }

        Assert.True(flat.eq(arange(0, whole.numel(), whole.dtype, CPU)).all().item<bool>());
        flat.copy_(kept);
    }

    /// <summary>One layer at least is Bayesian: a network without one has no wrapper.</summary>
    private static Stacks Build((int[] Gaussian, int[] LogUniform, int[] Plain) layers) =>
        new(Sequence([0, .. layers.Gaussian]), Sequence(layers.LogUniform), Sequence(layers.Plain));

    private static Module<Tensor, Tensor> Sequence(int[] kinds) => Sequential(
        kinds.Select((kind, i) => ($"{i}", Layer(kind))).Append(("end", Identity())).ToArray());

    private static Module<Tensor, Tensor> Layer(int kind) => kind switch
    {
        0 => Linear(Width, Width),
        1 => Linear(Width, Width, hasBias: false),
        2 => LayerNorm(Width),
        3 => Tanh(),
        4 => Sequential(("inner", Linear(Width, Width)), ("tanh", Tanh())),
        5 => Sequential(("up", Unflatten(1, [1, Width])), ("conv", Conv1d(1, 1, 3, padding: 1)), ("down", Flatten())),
        _ => PReLU(1),
    };
}
