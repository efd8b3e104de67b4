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
            Console.WriteLine("One thread, microseconds a call; channels last where the class lays images out so.");
            Console.WriteLine("| network | batch | dense | dense, channels last | compact | compact, channels last | dense / compact "
                + "| C# file | dense / C# file |");
            Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
            PrintLeNet5(settings);
            PrintLeNet300();
        }
        finally
        {
            set_num_threads(settings.Threads);
        }
    }

    private static void PrintLeNet5(Settings settings)
    {
        using var first = new ChannelsFirstLeNet5();
        using var last = new GaussianLeNet5();
        PrunedNetworks.PruneLeNet5(first);
        last.load_state_dict(first.state_dict());
        using var denseFirst = new ChannelsFirstLeNet5();
        using var denseLast = new GaussianLeNet5();
        denseFirst.load_state_dict(first.state_dict());
        denseLast.load_state_dict(first.state_dict());
        using var images = rand([128, 1, 28, 28], dtype: ScalarType.Float32);
        var report = first.CompactInPlace(images);
        last.CompactInPlace(images);
        using var file = new TimedFile(first, images, "LeNet5");
        PrintTimes("LeNet-5, 10-14-48-42", images, [denseFirst, denseLast], [first, last], file);
        Console.WriteLine();
        Console.WriteLine($"LeNet-5: {report.Weights.Before:N0} -> {report.Weights.After:N0} numbers, {report.Macs.Before:N0} -> "
            + $"{report.Macs.After:N0} MACs; {file}");
        if (settings.DataDirectory is { } folder)
            PrintRounding(folder, first);
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
        PrintTimes("LeNet-300-100, 124-71-28", images, [dense], [small], file);
        Console.WriteLine();
        Console.WriteLine($"LeNet-300-100: {file}");
    }

    private static void PrintTimes(
        string name, Tensor images, nn.Module<Tensor, Tensor>[] dense, nn.Module<Tensor, Tensor>[] compact, TimedFile file)
    {
        using var _ = no_grad();
        foreach (var network in dense.Concat(compact))
            network.eval();
        foreach (var batch in new[] { 1, 128 })
        {
            using var x = images.narrow(0, 0, batch).clone();
            var times = Stopwatches.Medians(
                [.. dense.Concat(compact).Select(network => (Action)(() => network.call(x).Dispose())), () => file.Answer(batch)]);
            var (whole, small) = (times[..dense.Length].Min(), times[dense.Length..^1].Min());
            Console.WriteLine(
                $"| {name} | {batch} | {times[0]:F1} | {(dense.Length > 1 ? $"{times[1]:F1}" : "")} | {times[dense.Length]:F1} | "
                + $"{(compact.Length > 1 ? $"{times[dense.Length + 1]:F1}" : "")} | {whole / small:F2} | {times[^1]:F1} | "
                + $"{whole / times[^1]:F1} |");
        }
    }

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
