using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text;
using BayesGen.Kernels;
using BayesGen.Optimizers;
using BayesGen.Serialization;
using TorchSharp.Modules;

namespace BayesGen.Training;

/// <summary>The state of an optimizer on its way into a checkpoint and back.</summary>
internal static class OptimizerSerializer
{
    /// <summary>Checks that the state of an optimizer can be saved.</summary>
    /// <exception cref="NotSupportedException">It cannot.</exception>
    public static void Require(optim.Optimizer optimizer)
    {
        if (optimizer is not IStatefulOptimizer)
            _ = Torch(optimizer);
    }

    /// <summary>Writes an optimizer down under a name.</summary>
    public static void Save(optim.Optimizer optimizer, CheckpointContent content, string name)
    {
        content.Put(name, KindOf(optimizer));
        if (optimizer is IStatefulOptimizer own)
        {
            foreach (var (key, tensor) in own.StateTensors)
                content.Tensors.Add($"{name}.{key}", tensor);
            foreach (var (key, number) in own.StateNumbers)
                content.Put($"{name}.{key}", number);
            return;
        }

        content.Tensors.Add(name, Bytes(Torch(optimizer)));
    }

    /// <summary>What differs between an optimizer and the one that was saved under a name; null where they are of one kind.</summary>
    public static string? Difference(optim.Optimizer optimizer, CheckpointContent content, string name) =>
        content.Text(name) is var saved && saved != KindOf(optimizer)
            ? $"the optimizer is {optimizer.GetType().Name}, that of the checkpoint {saved}"
            : null;

    /// <summary>Reads the state back. Numbers that the factory set, such as a weight decay, stay what the factory says.</summary>
    /// <returns>Whether those numbers are the ones that were saved.</returns>
    /// <exception cref="CheckpointMismatchException">The state belongs to other parameters.</exception>
    public static bool Load(optim.Optimizer optimizer, CheckpointContent content, string name)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        if (optimizer is IStatefulOptimizer own)
        {
            foreach (var (key, target) in own.StateTensors)
            {
                var source = content.Tensor($"{name}.{key}");
                if (!source.shape.AsSpan().SequenceEqual(target.shape) || source.dtype != target.dtype)
                    throw new CheckpointMismatchException([$"'{key}' of the optimizer has another shape or dtype"]);
                target.copy_(source);
            }

            own.RestoreNumbers(own.StateNumbers.Keys.ToDictionary(key => key, key => content.Number($"{name}.{key}")));
            return true;
        }

        var torch = Torch(optimizer);
        List<OptimizerOptions> groups = [.. torch.state_dict().Options];
        var numbers = groups.Select(Bytes).ToList();
        var rates = groups.Select(group => (group.LearningRate, group.InitialLearningRate)).ToList();
        PrepareMomentum(torch);
        var held = Held(torch);
        try
        {
            using var reader = new BinaryReader(StreamOver(content.Tensor(name), FileAccess.Read));
            torch.load_state_dict(reader);
        }
        catch (Exception exception) when (exception is ArgumentException or IOException or InvalidOperationException or FormatException)
        {
            throw new CheckpointMismatchException(["the state of the optimizer belongs to other parameters"], exception);
        }

        // Some tensors are read in place and some are made again: what the optimizer holds now stays, what it held before goes.
        var holds = Held(torch);
        foreach (var tensor in holds)
            tensor.DetachFromDisposeScope();
        foreach (var tensor in held.Except(holds, ReferenceEqualityComparer.Instance).Cast<Tensor>())
            tensor.Dispose();
        var isSame = true;
        for (var i = 0; i < groups.Count; i++)
        {
            // The rate is the trainer's business: it was scheduled when it was saved.
            (groups[i].LearningRate, groups[i].InitialLearningRate) = rates[i];
            if (Bytes(groups[i]).AsSpan().SequenceEqual(numbers[i]))
                continue;
            isSame = false;
            using var reader = new BinaryReader(new MemoryStream(numbers[i]));
            groups[i].LoadStateDict(reader);
        }

        return isSame;
    }

    private static string KindOf(optim.Optimizer optimizer) => optimizer.GetType() is var type
        && type.Assembly == typeof(FlatAdam).Assembly
            // The name in files, which stays when a namespace changes.
            ? $"{nameof(BayesGen)}.{type.Name}"
            : type.FullName ?? type.Name;

    private static OptimizerHelper Torch(optim.Optimizer optimizer) => optimizer as OptimizerHelper
        ?? throw new NotSupportedException(
            $"The state of {optimizer.GetType().Name} cannot be saved, so that a training with it has no checkpoints and cannot be resumed. "
            + "Use an optimizer of BayesGen or one of TorchSharp's that is written in .NET, or set no TrainerOptions.Checkpoints.");

    /// <summary>
    /// What TorchSharp writes of an optimizer, in the memory of a tensor: on the managed heap it would be several times the weights, at
    /// every checkpoint. It is written twice, since only writing tells how long it is.
    /// </summary>
    private static Tensor Bytes(OptimizerHelper optimizer)
    {
        using var length = new LengthStream();
        using (var writer = new BinaryWriter(length, Encoding.UTF8, leaveOpen: true))
            optimizer.save_state_dict(writer);
        var bytes = empty(length.Length, dtype: ScalarType.Byte, device: CPU);
        using (var writer = new BinaryWriter(StreamOver(bytes, FileAccess.Write)))
            optimizer.save_state_dict(writer);
        return bytes;
    }

    private static unsafe UnmanagedMemoryStream StreamOver(Tensor bytes, FileAccess access) =>
        new((byte*)TensorMemory.AddressOf(bytes), bytes.numel(), bytes.numel(), access);

    private static byte[] Bytes(OptimizerOptions options)
    {
        using var bytes = new MemoryStream();
        using (var writer = new BinaryWriter(bytes))
            options.SaveStateDict(writer);
        return bytes.ToArray();
    }

    /// <summary>
    /// The running gradient of SGD comes to be in its first step; a fresh one would be read into a tensor of the default dtype, on the CPU.
    /// </summary>
    private static void PrepareMomentum(OptimizerHelper optimizer)
    {
        if (optimizer is not SGD)
            return;
        var parameters = optimizer.parameters().ToList();
        foreach (var (state, parameter) in optimizer.state_dict().State.OfType<SGD.State>().Zip(parameters))
            state.momentum_buffer ??= zeros_like(parameter, dtype: parameter.dtype, device: parameter.device, requires_grad: false);
    }

    /// <summary>The tensors in the state of an optimizer, whatever they are called: TorchSharp has no common way to ask for them.</summary>
    private static List<Tensor> Held(OptimizerHelper optimizer)
    {
        var held = new List<Tensor>();
        foreach (var state in optimizer.state_dict().State)
            foreach (var field in FieldsOf(state))
                if (field.GetValue(state) is Tensor value)
                    held.Add(value);
        return held;
    }

    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "The build target keeps TorchSharp whole (BayesGenKeepNetworks).")]
    private static FieldInfo[] FieldsOf(object state) =>
        state.GetType().GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic);

    /// <summary>Counts what is written and keeps nothing.</summary>
    private sealed class LengthStream : Stream
    {
        private long _length;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => _length;

        public override long Position { get => _length; set => throw new NotSupportedException(); }

        public override void Write(byte[] buffer, int offset, int count) => _length += count;

        public override void Write(ReadOnlySpan<byte> buffer) => _length += buffer.Length;

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
