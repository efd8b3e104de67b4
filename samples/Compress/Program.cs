// A dense network becomes a small one, then one C# file that needs no Torch, then ONNX. See README.md.
using System.Diagnostics;
using System.Globalization;
using BayesGen;
using BayesGen.Compaction;
using BayesGen.Compression;
using BayesGen.Export;
using BayesGen.Plots;
using CompressSample;
using TorchSharp;
using static TorchSharp.torch;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
ComputeThreads.UsePassiveWait();
return Options.Command(Run).Parse(args).Invoke();

static int Run(Options options)
{
    try
    {
        // What is wrong with the folder is found out before the training, not after it.
        Directory.CreateDirectory(options.Out);
        var clock = Stopwatch.StartNew();
        random.manual_seed(options.Seed);
        using var images = Images.Load(options);
        using var model = new BayesianDigitNetwork(new DigitNetwork());
        Training.Run(model, images, options);
        model.eval();
        Console.WriteLine($"trained on {images.Train.Count:N0} images, {clock.Elapsed.TotalSeconds:F0} s");
        using var x = images.Test.Inputs.narrow(0, 0, 128);

        // 1. The network as it was trained, as a plain one.
        using var dense = model.Export(new DigitNetwork());
        dense.eval();
        var denseFile = Path.Combine(options.Out, "dense.dat");
        dense.save(denseFile);

        // 2. Without the units that it does not need.
        model.Prune(0, x);
        var (compact, report) = model.Compact(() => new DigitNetwork(), x);
        using var owned = compact;
        Console.WriteLine(report);
        var compactFile = Path.Combine(options.Out, "compact.safetensors");
        compact.SaveCompact(compactFile);

        // 3. Out of Torch.
        var graph = compact.PlainGraph();
        var file = Path.Combine(options.Out, "Digits.cs");
        var written = graph.ToCSharp(file, x, new CSharpOptions { ClassName = "Digits", Overwrite = true });
        graph.ToOnnx(Path.Combine(options.Out, "digits.onnx"), x, new OnnxOptions { Overwrite = true });
        var predict = CompiledFile.Load(file, "Exported.Digits");

        // 4. The same images through all of them.
        var pixels = images.Test.Inputs.data<float>().ToArray();
        var answers = new float[10 * images.Test.Count];
        predict(pixels, answers);
        var (accuracy, difference) = Judged(answers, compact, images);
        using var one = x.narrow(0, 0, 1);
        var first = pixels[..784];
        var answer = new float[10];
        var (many, manyAnswers) = (pixels[..(128 * 784)], new float[128 * 10]);
        using var _ = no_grad();
        var times = Stopwatches.Medians(
            () => dense.call(one).Dispose(), () => compact.call(one).Dispose(), () => predict(first, answer),
            () => dense.call(x).Dispose(), () => compact.call(x).Dispose(),
            () => predict(many, manyAnswers));
        var summary = new Summary
        {
            AccuracyDense = dense.EvaluatePlain(images.Test).Accuracy,
            AccuracyCompact = compact.EvaluatePlain(images.Test).Accuracy,
            AccuracyCsharp = accuracy,
            BytesDense = new FileInfo(denseFile).Length,
            BytesCompact = new FileInfo(compactFile).Length,
            BytesCsharp = written.Bytes,
            Dense1 = times[0],
            Compact1 = times[1],
            Csharp1 = times[2],
            Dense128 = times[3],
            Compact128 = times[4],
            Csharp128 = times[5],
            MaxDifference = difference,
        };
        summary.Write(options.Out);
        Console.WriteLine();
        Console.WriteLine(summary.Table(report.Weights.Before, report.Weights.After, Deployment.BytesOfTorch()));
        Console.WriteLine($"the C# file differs from Torch by {difference:E1} at most, over {images.Test.Count:N0} images");
        var chart = Path.Combine(options.Out, "compress.png");
        CompressionBars.Draw(
            [
                new("dense", summary.BytesDense, summary.Dense1, summary.AccuracyDense),
                new("compact", summary.BytesCompact, summary.Compact1, summary.AccuracyCompact),
                new("C# file", summary.BytesCsharp, summary.Csharp1, summary.AccuracyCsharp),
            ]).SavePng(chart);
        Console.WriteLine($"drawn in {chart}; {clock.Elapsed.TotalSeconds:F0} s in all");
        return 0;
    }
    catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
    {
        Console.Error.WriteLine(exception.Message);
        return 1;
    }
}

// The accuracy of answers, and how far they are from those of a network.
static (double Accuracy, double Difference) Judged(float[] answers, nn.Module<Tensor, Tensor> network, Images images)
{
    using var scope = NewDisposeScope();
    using var _ = no_grad();
    var given = tensor(answers, dtype: ScalarType.Float32, device: CPU).reshape(-1, 10);
    var right = given.argmax(1).eq(images.Test.Targets).to(ScalarType.Float64).mean().item<double>();
    return (right, (given - network.call(images.Test.Inputs)).abs().max().item<float>());
}
