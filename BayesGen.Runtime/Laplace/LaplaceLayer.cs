using BayesGen.Parameters;
using BayesGen.Variational;
using TorchSharp.Modules;

namespace BayesGen.Laplace;

/// <summary>A Linear layer with Gaussian weights: where they lie, and their means as one matrix with the bias as the last column.</summary>
internal sealed class LaplaceLayer : IDisposable
{
    private LaplaceLayer(NetworkWeight weight, NetworkWeight? bias)
    {
        (Weight, Bias) = (weight, bias);
        Module = (Linear)weight.Layer;
        (Outputs, Inputs) = (weight.Shape[0], weight.Shape[1] + (bias is null ? 0 : 1));
    }

    public string Key => Weight.LayerName.Key.Length > 0 ? Weight.LayerName.Key : Weight.Key;

    public Linear Module { get; }

    public NetworkWeight Weight { get; }

    /// <summary>The bias where it is Gaussian; a plain one is part of what is known.</summary>
    public NetworkWeight? Bias { get; }

    /// <summary>A bias without a posterior, [out]; null where there is none.</summary>
    public Tensor? Known => Bias is null ? Module.bias?.detach().to(ScalarType.Float64) : null;

    public long Outputs { get; }

    /// <summary>The number of inputs, and 1 for a bias.</summary>
    public long Inputs { get; }

    public long Count => Outputs * Inputs;

    /// <summary>The means less those of the prior, [out, in], float64; set while the network holds its mean.</summary>
    public Tensor Offsets { get; private set; } = zeros(0, dtype: ScalarType.Float64, device: CPU);

    /// <summary>The Gaussian layers of a network in its order.</summary>
    /// <param name="arena">The network.</param>
    /// <param name="verb">What is done with them, for errors.</param>
    /// <exception cref="NotSupportedException">A Bayesian weight is not Gaussian or not of a Linear layer; it is named.</exception>
    public static List<LaplaceLayer> Of(NetworkArena arena, string verb = "FitLaplace")
    {
        List<NetworkWeight> weights = [.. arena.Inventory.Weights.Where(weight => weight.Family is not null)];
        if (weights.Count == 0)
            throw new NotSupportedException(
                $"{verb} finds no Bayesian weight in {arena.Network.GetName()}: put [Bayesian(Family.Gaussian)] on the field of its "
                + "last Linear layer, or on the class, and wrap the network; without an annotation wrap it in a LastLayerModel.");
        if (weights.Find(weight => weight.Family!.PosteriorType != typeof(GaussianPosterior)) is { } other)
            throw new NotSupportedException(
                $"{verb} makes Gaussian posteriors, and '{other.Key}' has the family {other.Family!.Name}. Annotate the layer with "
                + "Family.Gaussian.");
        if (weights.Find(weight => weight.Layer is not Linear) is { } unfit)
            throw new NotSupportedException(
                $"{verb} is for Linear layers, and '{unfit.Key}' belongs to a {unfit.Layer.GetType().Name}. Put "
                + "[Bayesian(Family.Gaussian)] on the Linear layers alone, such as the last one.");
        if (weights.Find(weight => weight.Owners.Count > 1) is { } tied)
            throw new NotSupportedException(
                $"'{tied.Key}' is the weight of several layers, and {verb} is for layers of their own weights.");
        if (arena.Families.Any(family => family.Mask.Kept is not null))
            throw new NotSupportedException(
                $"Weights of the network are pruned, and {verb} knows none that are fixed: call Unprune() or "
                + "Compact first.");
        return [.. weights.GroupBy(weight => weight.Layer, ReferenceEqualityComparer.Instance).Select(group =>
        {
            var bias = group.FirstOrDefault(weight => NetworkWeight.IsBiasName(weight.Name));
            var weight = group.FirstOrDefault(one => one != bias) ?? throw new NotSupportedException(
                $"Of a layer the bias '{bias!.Key}' alone is Bayesian, and {verb} is for the weights of a layer. Annotate the layer.");
            return new LaplaceLayer(weight, bias);
        })];
    }

    /// <summary>Takes the means, and where the prior has them.</summary>
    public void ReadMeans(NetworkArena arena)
    {
        using var scope = NewDisposeScope();
        var offsets = Offset(arena, Weight);
        Offsets.Dispose();
        Offsets = (Bias is null ? offsets : cat([offsets, Offset(arena, Bias).unsqueeze(1)], 1)).DetachFromDisposeScope();
    }

    /// <summary>The weights as they are, [out, in] with the bias as the last column, float64; a new tensor.</summary>
    public Tensor Weights()
    {
        var weights = Weight.Parameter.detach().to(ScalarType.Float64, copy: true);
        return Bias is null ? weights : cat([weights, Bias.Parameter.detach().to(ScalarType.Float64).unsqueeze(1)], 1);
    }

    /// <summary>Inputs of the layer as the curvature takes them: [N, in], float64, with a 1 for the bias.</summary>
    public Tensor Augmented(Tensor inputs)
    {
        var wide = inputs.to(ScalarType.Float64);
        return Bias is null ? wide : cat([wide, ones([wide.shape[0], 1], ScalarType.Float64, wide.device)], 1);
    }

    /// <summary>Adds a deviation to the weights, which lie in a copy of the flat weights of each family.</summary>
    public void AddTo(IReadOnlyList<FamilyArena> families, IReadOnlyList<Tensor> flat, Tensor deviation)
    {
        using var ofWeight = deviation.narrow(1, 0, Weight.Shape[1]);
        Add(Weight, ofWeight);
        if (Bias is null)
            return;
        using var ofBias = deviation.select(1, Weight.Shape[1]);
        Add(Bias, ofBias);

        void Add(NetworkWeight weight, Tensor part)
        {
            var family = families.TakeWhile(arena => !arena.Weights.Contains(weight)).Count();
            using var slice = weight.Place.SliceOf(flat[family]);
            using var same = part.to(slice.dtype);
            slice.AddInPlace(same);
        }
    }

    public void Dispose() => Offsets.Dispose();

    private static Tensor Offset(NetworkArena arena, NetworkWeight weight)
    {
        var center = arena.Prior(weight.Key) is GaussianPrior prior ? prior.Mean : 0;
        return weight.Parameter.detach().to(ScalarType.Float64) - Operand(center);
    }
}
