using static TorchSharp.torch;

namespace MnistSample;

/// <summary>The device asked for is not there.</summary>
public sealed class DeviceMissingException(string message) : Exception(message);

/// <summary>Where to compute.</summary>
public static class Devices
{
    public static Device Choose(DeviceName name)
    {
        if (name == DeviceName.Cpu)
            return CPU;
        if (cuda.is_available())
            return CUDA;
        return name == DeviceName.Auto
            ? CPU
            : throw new DeviceMissingException(
                "There is no CUDA device, or this build has no CUDA backend: build with -p:TorchBackend=cuda-linux (or cuda-windows), "
                + "or use --device cpu.");
    }
}
