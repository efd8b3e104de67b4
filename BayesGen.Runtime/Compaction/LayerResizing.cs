using System.Reflection;
using TorchSharp.Modules;

namespace BayesGen.Compaction;

/// <summary>Makes layers of other sizes of the layers of a network, in place: the network's own forward runs on them as it is.</summary>
internal static class LayerResizing
{
    /// <summary>Gives a layer tensors of other sizes.</summary>
    /// <param name="module">The layer.</param>
    /// <param name="tensors">The new tensors by name: weight, bias, running_mean, running_var. They may be of any scope.</param>
    /// <param name="groups">The groups of a convolution afterward.</param>
    public static void Set(nn.Module module, IReadOnlyDictionary<string, Tensor> tensors, long groups = 1)
    {
        var trains = module.training;
        switch (module)
        {
            case Linear linear:
                var learns = linear.weight!.requires_grad;
                linear.weight = Parameter(tensors["weight"], learns);
                linear.bias = tensors.TryGetValue("bias", out var bias) ? Parameter(bias, linear.bias?.requires_grad ?? learns) : null;
                SetNumber(module, "in_features", tensors["weight"].shape[1]);
                SetNumber(module, "out_features", tensors["weight"].shape[0]);
                break;
            case Convolution convolution:
                var weight = tensors["weight"];
                var moves = convolution.weight!.requires_grad;
                convolution.weight = Parameter(weight, moves);
                convolution.bias = tensors.TryGetValue("bias", out var shift)
                    ? Parameter(shift, convolution.bias?.requires_grad ?? moves)
                    : null;
                var isTransposed = module is ConvTranspose1d or ConvTranspose2d or ConvTranspose3d;
                SetNumber(module, "groups", groups);
                SetNumber(module, "in_channels", isTransposed ? weight.shape[0] : weight.shape[1] * groups);
                SetNumber(module, "out_channels", isTransposed ? weight.shape[1] * groups : weight.shape[0]);
                break;
            case NormBase norm:
                if (tensors.TryGetValue("weight", out var scale))
                    norm.weight = Parameter(scale, norm.weight!.requires_grad);
                if (tensors.TryGetValue("bias", out var offset))
                    norm.bias = Parameter(offset, norm.bias!.requires_grad);
                if (tensors.TryGetValue("running_mean", out var mean))
                    norm.running_mean = Buffer(mean);
                if (tensors.TryGetValue("running_var", out var variance))
                    norm.running_var = Buffer(variance);
                SetNumber(module, "num_features", tensors.Values.First().shape[0]);
                break;
            case PReLU slope:
                slope.weight = Parameter(tensors["weight"], slope.weight!.requires_grad);
                break;
            case LSTM or GRU:
                using (var made = RecurrentUnits.Made(module, tensors))
                    Exchange(module, made);
                break;
            case Embedding embedding:
                embedding.weight = Parameter(tensors["weight"], embedding.weight!.requires_grad);
                break;
            default:
                throw new NotSupportedException($"The sizes of a {module.GetType().Name} cannot be changed.");
        }

        module.train(trains);
    }

    /// <summary>
    /// Gives two layers of one class each other's insides: a layer whose sizes native code holds cannot be given others, and a network
    /// cannot be given another layer. What hooks on a layer stays there.
    /// </summary>
    private static void Exchange(nn.Module one, nn.Module other)
    {
        foreach (var type in new[] { one.GetType(), typeof(nn.Module) })
            foreach (var field in type.GetFields(
                BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly))
            {
                var kept = field.GetValue(one);
                field.SetValue(one, field.GetValue(other));
                field.SetValue(other, kept);
            }
    }

    private static Parameter Parameter(Tensor tensor, bool learns) => new(Buffer(tensor), learns);

    private static Tensor Buffer(Tensor tensor)
    {
        using var _ = no_grad();
        return tensor.detach().clone().contiguous().DetachFromDisposeScope();
    }

    /// <summary>TorchSharp keeps the sizes of a layer beside its tensors, without a setter.</summary>
    private static void SetNumber(nn.Module module, string name, long value)
    {
        for (var type = module.GetType(); type is not null; type = type.BaseType)
        {
            if (type.GetProperty(name, BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly) is { } property
                && property.SetMethod is { } setter)
            {
                setter.Invoke(module, [value]);
                return;
            }

            const BindingFlags own = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly;
            if ((type.GetField($"<{name}>k__BackingField", own) ?? type.GetField($"_{name}", own)) is { } field)
            {
                field.SetValue(module, value);
                return;
            }
        }

        throw new NotSupportedException($"This TorchSharp keeps no '{name}' in {module.GetType().Name}, so its size cannot be changed.");
    }
}
