using System.Security.Cryptography;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace DistributedSample;

/// <summary>A number for all that a network holds: two networks that are the same bit for bit have the same.</summary>
internal static class StateHash
{
    public static string Of(nn.Module<Tensor, Tensor> model)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var _ = no_grad();
        foreach (var (key, tensor) in model.state_dict().OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            using var plain = tensor.detach();
            using var dense = plain.contiguous();
            hash.AppendData(Encoding.UTF8.GetBytes(key));
            hash.AppendData(dense.bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
