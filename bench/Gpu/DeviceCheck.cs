using System.Diagnostics;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace BayesGen.Benchmarks.Gpu;

/// <summary>Holds a device against the CPU, check by check.</summary>
internal static class DeviceCheck
{
    /// <returns>0, or 1 where a check failed.</returns>
    public static int Run(CheckOptions options)
    {
        var clock = Stopwatch.StartNew();
        if (options.Device.type == DeviceType.CUDA)
        {
            InitializeDeviceType(DeviceType.CUDA);
            // Ten bits of a mantissa instead of 23 would hide any error of ours.
            backends.cudnn.allow_tf32 = false;
            backends.cuda.matmul.allow_tf32 = false;
        }

        Console.WriteLine(
            $"{RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}, {options.Device} against the CPU");
        var report = new CheckReport();
        foreach (var checkCase in CheckCase.All)
            report.Group(checkCase.Name, to => new FamilyChecks(to, options).Run(checkCase));
        report.Group("a learned prior", to => new FamilyChecks(to, options).RunLearnedPrior());
        report.Group("noise at the outputs", to => new DrawChecks(to, options).RunLocal());
        report.Group("streams of noise", to => new DrawChecks(to, options).RunStreams());
        report.Group("optimizers", to => new StepChecks(to, options).Run());
        report.Group("data", to => new TrainingChecks(to, options).RunData());
        report.Group("checkpoints", to => new TrainingChecks(to, options).RunResume());
        report.Group("training", to => new TrainingChecks(to, options).RunDigits());
        Console.WriteLine($"{report.Passed} checks held, {report.Failed} failed, {clock.Elapsed.TotalSeconds:F0} s");
        return report.Failed == 0 ? 0 : 1;
    }
}
