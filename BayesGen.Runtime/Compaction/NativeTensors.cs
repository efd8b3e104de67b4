using System.Reflection;

namespace BayesGen.Compaction;

/// <summary>The native tensors behind those of TorchSharp.</summary>
internal static class NativeTensors
{
    private static readonly FieldInfo? Handle = typeof(Tensor).GetField("handle", BindingFlags.Instance | BindingFlags.NonPublic);

    /// <summary>
    /// Gives two tensors each other's insides. A parameter stays the object that it was: layers that share it go on sharing it, and a
    /// second exchange gives an optimizer back what it knows. The setters of TorchSharp's layers dispose what another layer may hold.
    /// </summary>
    public static void Exchange(Tensor one, Tensor other)
    {
        if (Handle is null)
            throw new NotSupportedException("This TorchSharp keeps no handle in its tensors, so the sizes of a network cannot be changed.");
        var kept = Handle.GetValue(one);
        Handle.SetValue(one, Handle.GetValue(other));
        Handle.SetValue(other, kept);
    }
}
