using System.Buffers.Binary;

namespace BayesGen.Training;

/// <summary>The state of Torch's global generator on the CPU, which dropout and a user's own code draw from.</summary>
internal static class TorchRandom
{
    /// <summary>The numbers in the state of a Mersenne twister.</summary>
    private const int Words = 624;

    /// <summary>The state now: a new tensor.</summary>
    public static Tensor Read() => get_rng_state();

    /// <summary>Whether a tensor is a state. Torch ends the process over one that is not, so it is looked at before.</summary>
    /// <remarks>
    /// The layout of at::CPUGeneratorImplStateLegacy: seed, the words left until the next round, whether seeded, the next word.
    /// </remarks>
    public static bool IsState(Tensor state)
    {
        using var present = get_rng_state();
        if (state.dtype != ScalarType.Byte || state.dim() != 1 || state.numel() != present.numel() || state.device_type != DeviceType.CPU)
            return false;
        var bytes = state.bytes;
        var left = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        var seeded = BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]);
        var next = BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]);
        return seeded == 1 && left is > 0 and <= Words && next <= Words;
    }

    /// <summary>Continues from a state.</summary>
    public static void Write(Tensor state) => set_rng_state(state);
}
