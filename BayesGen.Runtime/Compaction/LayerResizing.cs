using System.Reflection;
using TorchSharp.Modules;

namespace BayesGen.Compaction;

/// <summary>
/// A layer of a network that was given other sizes in place, so that the network's own forward runs on it as it is; what it was before is
/// kept until it is clear which of both stays.
/// </summary>
internal sealed class LayerResizing
{
    private const BindingFlags Own = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly;

    private readonly nn.Module _module;
    private readonly List<Action> _back = [];
    private readonly List<IDisposable> _spares = [];

    private LayerResizing(nn.Module module) => _module = module;

    /// <summary>Gives a layer tensors of other sizes.</summary>
    /// <param name="module">The layer.</param>
    /// <param name="tensors">The new tensors by name: weight, bias, running_mean, running_var. They may be of any scope.</param>
    /// <param name="groups">The groups of a convolution afterward.</param>
    /// <exception cref="NotSupportedException">The sizes of the layer cannot be changed; it is as it was.</exception>
    public static LayerResizing Of(nn.Module module, IReadOnlyDictionary<string, Tensor> tensors, long groups = 1)
    {
        var resizing = new LayerResizing(module);
        try
        {
            resizing.Set(tensors, groups);
            return resizing;
        }
        catch
        {
            resizing.PutBack();
            throw;
        }
    }

    /// <summary>Gives the layer the very tensors that it had.</summary>
    public void PutBack()
    {
        var trains = _module.training;
        for (var i = _back.Count - 1; i >= 0; i--)
            _back[i]();
        _back.Clear();
        Keep();
        _module.train(trains);
    }

    /// <summary>Leaves the layer as it is now, and disposes what it had.</summary>
    public void Keep()
    {
        _spares.ForEach(spare => spare.Dispose());
        _spares.Clear();
    }

    private void Set(IReadOnlyDictionary<string, Tensor> tensors, long groups)
    {
        var trains = _module.training;
        switch (_module)
        {
            case Linear linear:
                Replace(linear.weight, tensors, "weight");
                ReplaceBias(linear.bias, tensors, linear.weight!.requires_grad, bias => linear.bias = bias);
                SetNumber("in_features", tensors["weight"].shape[1]);
                SetNumber("out_features", tensors["weight"].shape[0]);
                break;
            case Convolution convolution:
                var weight = tensors["weight"];
                Replace(convolution.weight, tensors, "weight");
                ReplaceBias(convolution.bias, tensors, convolution.weight!.requires_grad, bias => convolution.bias = bias);
                var isTransposed = _module is ConvTranspose1d or ConvTranspose2d or ConvTranspose3d;
                SetNumber("groups", groups);
                SetNumber("in_channels", isTransposed ? weight.shape[0] : weight.shape[1] * groups);
                SetNumber("out_channels", isTransposed ? weight.shape[1] * groups : weight.shape[0]);
                break;
            case NormBase norm:
                Replace(norm.weight, tensors, "weight");
                Replace(norm.bias, tensors, "bias");
                Replace(norm.running_mean, tensors, "running_mean");
                Replace(norm.running_var, tensors, "running_var");
                SetNumber("num_features", tensors.Values.First().shape[0]);
                break;
            case PReLU slope:
                Replace(slope.weight, tensors, "weight");
                break;
            case LSTM or GRU:
                var made = RecurrentUnits.Made(_module, tensors);
                Exchange(_module, made);
                _back.Add(() => Exchange(_module, made));
                _spares.Add(made);
                break;
            case Embedding embedding:
                // Its weight is native code's own, and its setter disposes nothing.
                var words = embedding.weight!;
                words.DetachFromDisposeScope();
                embedding.weight = new(Copy(tensors["weight"]), words.requires_grad);
                _back.Add(() => embedding.weight = words);
                break;
            default:
                throw new NotSupportedException($"The sizes of a {_module.GetType().Name} cannot be changed.");
        }

        _module.train(trains);
    }

    private void Replace(Tensor? present, IReadOnlyDictionary<string, Tensor> tensors, string name)
    {
        if (present is null || !tensors.TryGetValue(name, out var tensor))
            return;
        var spare = present is Parameter parameter ? new Parameter(Copy(tensor), parameter.requires_grad) : Copy(tensor);
        spare.DetachFromDisposeScope();
        NativeTensors.Exchange(present, spare);
        _back.Add(() => NativeTensors.Exchange(present, spare));
        _spares.Add(spare);
    }

    private void ReplaceBias(Tensor? present, IReadOnlyDictionary<string, Tensor> tensors, bool learns, Action<Parameter?> set)
    {
        if (present is not null)
        {
            Replace(present, tensors, "bias");
            return;
        }

        if (!tensors.TryGetValue("bias", out var bias))
            return;
        set(new(Copy(bias), learns));
        _back.Add(() => set(null));
    }

    /// <summary>
    /// Gives two layers of one class each other's insides: a layer whose sizes native code holds cannot be given others, and a network
    /// cannot be given another layer. What hooks on a layer stays there.
    /// </summary>
    private static void Exchange(nn.Module one, nn.Module other)
    {
        foreach (var type in new[] { one.GetType(), typeof(nn.Module) })
            foreach (var field in type.GetFields(Own))
            {
                var kept = field.GetValue(one);
                field.SetValue(one, field.GetValue(other));
                field.SetValue(other, kept);
            }
    }

    private static Tensor Copy(Tensor tensor)
    {
        using var _ = no_grad();
        return tensor.detach().clone().contiguous().DetachFromDisposeScope();
    }

    /// <summary>TorchSharp keeps the sizes of a layer beside its tensors, without a setter.</summary>
    private void SetNumber(string name, long value)
    {
        for (var type = _module.GetType(); type is not null; type = type.BaseType)
        {
            if (type.GetProperty(name, Own) is { CanRead: true, SetMethod: not null } property)
            {
                Change(property.GetValue, property.SetValue);
                return;
            }

            if ((type.GetField($"<{name}>k__BackingField", Own) ?? type.GetField($"_{name}", Own)) is { } field)
            {
                Change(field.GetValue, field.SetValue);
                return;
            }
        }

        throw new NotSupportedException($"This TorchSharp keeps no '{name}' in {_module.GetType().Name}, so its size cannot be changed.");

        void Change(Func<object, object?> get, Action<object, object?> set)
        {
            var before = get(_module);
            set(_module, value);
            _back.Add(() => set(_module, before));
        }
    }
}
