using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace BayesGen.Benchmarks.Gpu;

/// <summary>The steps of the optimizers.</summary>
internal sealed class StepChecks(CheckReport report, CheckOptions options)
{
    private const int Count = 3_001;
    private const int Steps = 5;
    private const double Bound = 1e-5;

    public void Run()
    {
        Optimizer("FlatAdam", parameters => new FlatAdam(parameters, 1e-2, weight_decay: 0.1));
        Optimizer("FlatAdamW", parameters => new FlatAdamW(parameters, 1e-2, weight_decay: 0.1));
        Optimizer("FlatSgd", parameters => new FlatSgd(parameters, 1e-2));
        Optimizer("FlatSgd with momentum", parameters => new FlatSgd(parameters, 1e-2, momentum: 0.9, dampening: 0.1, weight_decay: 0.1));
        Optimizer("FlatSgd after Nesterov", parameters => new FlatSgd(parameters, 1e-2, momentum: 0.9, nesterov: true));
        Ivon(isMasked: false);
        Ivon(isMasked: true);
    }

    private void Optimizer(string name, Func<IEnumerable<Parameter>, optim.Optimizer> make)
    {
        using var scope = NewDisposeScope();
        var results = new[] { CPU, options.Device }.Select(device =>
        {
            var parameter = new Parameter(Numbers(1, device));
            using var optimizer = make([parameter]);
            for (var step = 0; step < Steps; step++)
            {
                parameter.grad = Numbers(10 + step, device);
                optimizer.step();
            }

            return parameter;
        }).ToList();
        report.True($"{name}: on {options.Device}", results[1].device_type == options.Device.type);
        report.Near($"{name}: parameters after {Steps} steps", results[0], results[1], Bound);
    }

    private void Ivon(bool isMasked)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var results = new[] { CPU, options.Device }.Select(device =>
        {
            var (mu, momentum) = (Numbers(1, device), zeros(Count, dtype: ScalarType.Float32, device: device));
            var precision = full(Count, 0.6, dtype: ScalarType.Float32, device: device);
            var logSigma = full(Count, -4.0, dtype: ScalarType.Float32, device: device);
            var kept = isMasked ? Numbers(2, device).gt(0).to(ScalarType.Float32) : null;
            for (var step = 1; step <= Steps; step++)
                new IvonUpdate
                {
                    SampleSize = 1_000,
                    Decay = 0.01,
                    Center = 0.2,
                    Rate = 0.1,
                    Beta1 = 0.9,
                    Beta2 = 0.99,
                    Step = step,
                    ClipRadius = 0.5,
                    TakesDeviation = false,
                }.Apply(mu, logSigma, momentum, precision, Numbers(10 + step, device), Numbers(20 + step, device) * 1e-3, kept);
            return new[] { mu, logSigma, momentum, precision };
        }).ToList();
        string[] names = ["mu", "log_sigma", "momentum", "precision"];
        foreach (var (name, (expected, found)) in names.Zip(results[0].Zip(results[1])))
            report.Near($"IVON{(isMasked ? ", pruned" : "")}: {name} after {Steps} steps", expected, found, Bound);
    }

    /// <summary>The same numbers on every device: drawn on the CPU.</summary>
    private static Tensor Numbers(long seed, Device device) =>
        new NoiseSource(seed).Normal(empty([Count], dtype: ScalarType.Float32, device: CPU)).to(device, copy: true);
}
