using BayesGen.Datasets;
using BayesGen.Export;
using CompressSample;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace BayesGen.Benchmarks.Speed;

/// <summary>What a network takes to answer, dense, without its dead units, and as a C# file: medians side by side, on one thread.</summary>
internal static class CompactTable
{
    public static void Print(Settings settings)
    {
        set_num_threads(1);
        try
        {
            random.manual_seed(1);
            Console.WriteLine();
            Console.WriteLine("One thread, microseconds a call whose intermediate results a scope frees; quotients of the fastest way to call each.");
            Console.WriteLine("| network | batch | dense | dense, laid out in forward | dense, given channels last | compact "
                + "| compact, given channels last | dense / compact | C# file | dense / C# file |");
            Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|");
            PrintLeNet5(settings, 10, 14, 48, 42);
            PrintLeNet5(settings with { DataDirectory = null }, 9, 11, 54, 45);
            PrintLeNet300();
        }
        finally
        {
            set_num_threads(settings.Threads);
        }
    }

    private static void PrintLeNet5(Settings settings, int first, int second, int inputs, int outputs)
    {
        using var compact = new ChannelsFirstLeNet5();
        PrunedNetworks.PruneLeNet5(compact, first, second, inputs, outputs);
        using var dense = new ChannelsFirstLeNet5();
        using var laidOut = new GaussianLeNet5();
        dense.load_state_dict(compact.state_dict());
        laidOut.load_state_dict(compact.state_dict());
        using var images = rand([128, 1, 28, 28], dtype: ScalarType.Float32);
        var report = compact.CompactInPlace(images);
        using var file = new TimedFile(compact, images, $"LeNet5Of{first}");
        PrintTimes($"LeNet-5, {first}-{second}-{inputs}-{outputs}", images, dense, laidOut, compact, file);
        Console.WriteLine();
        Console.WriteLine($"LeNet-5: {report.Weights.Before:N0} -> {report.Weights.After:N0} numbers, {report.Macs.Before:N0} -> "
            + $"{report.Macs.After:N0} MACs; {file}");
        if (settings.DataDirectory is { } folder)
            PrintRounding(folder, compact);
        Console.WriteLine();
    }

    private static void PrintLeNet300()
    {
        using var small = new GaussianLeNet300();
        PrunedNetworks.PruneLeNet300(small);
        using var dense = new GaussianLeNet300();
        dense.load_state_dict(small.state_dict());
        using var images = rand([128, 1, 28, 28], dtype: ScalarType.Float32);
        small.CompactInPlace(images);
        using var file = new TimedFile(small, images, "LeNet300");
        PrintTimes("LeNet-300-100, 124-71-28", images, dense, null, small, file);
        Console.WriteLine();
        Console.WriteLine($"LeNet-300-100: {file}");
    }

    /// <summary>Each network gets images as they come and as its layers like them best; the compact one lays them out itself.</summary>
    private static void PrintTimes(
        string name, Tensor images, nn.Module<Tensor, Tensor> dense, nn.Module<Tensor, Tensor>? laidOut,
        nn.Module<Tensor, Tensor> compact, TimedFile file)
    {
        using var _ = no_grad();
        foreach (var network in new[] { dense, laidOut, compact })
            network?.eval();
        foreach (var batch in new[] { 1, 128 })
        {
            using var x = images.narrow(0, 0, batch).clone();
            using var last = x.as_strided([batch, 1, 28, 28], [784, 1, 28, 1]);
            List<Action> calls = [Call(dense, x), Call(compact, x), () => file.Answer(batch)];
            if (laidOut is not null)
                calls.AddRange([Call(laidOut, x), Call(dense, last), Call(compact, last)]);
            var times = Stopwatches.Medians(calls);
            var whole = laidOut is null ? times[0] : Math.Min(times[0], Math.Min(times[3], times[4]));
            var small = laidOut is null ? times[1] : Math.Min(times[1], times[5]);
            Console.WriteLine(
                $"| {name} | {batch} | {times[0]:F1} | {(laidOut is null ? " | " : $"{times[3]:F1} | {times[4]:F1}")} | {times[1]:F1} "
                + $"| {(laidOut is null ? "" : $"{times[5]:F1}")} | {whole / small:F2} | {times[2]:F1} | {whole / times[2]:F1} |");
        }
    }

    private static Action Call(nn.Module<Tensor, Tensor> network, Tensor x) => () =>
    {
        using var scope = NewDisposeScope();
        network.call(x);
    };

    /// <summary>Trains the small network on MNIST, and answers its test images in each format.</summary>
    private static void PrintRounding(string folder, nn.Module<Tensor, Tensor> network)
    {
        var loaded = ImageArchive.Mnist.Load(new ImageDataOptions { DataDirectory = folder });
        using var train = loaded.Train;
        using var test = loaded.Test;
        network.train();
        using (var optimizer = optim.Adam(network.parameters().ToArray(), 2e-3))
            for (var step = 0L; step < 2 * train.Count / 100; step++)
            {
                using var scope = NewDisposeScope();
                var rows = randint(train.Count, [100], dtype: ScalarType.Int64);
                optimizer.zero_grad();
                nn.functional.cross_entropy(
                    network.call(train.Inputs.index_select(0, rows)), train.Targets.index_select(0, rows)).backward();
                optimizer.step();
            }

        network.eval();
        using var some = test.Inputs.narrow(0, 0, 64);
        foreach (var format in new[] { WeightFormat.Float32, WeightFormat.Int8 })
        {
            using var file = new TimedFile(network, some, $"Trained{format}", format);
            Console.WriteLine($"LeNet-5 of that size, trained, as {format}: {file.Accuracy(test):P2} of the test images right; {file}");
        }
    }
}
