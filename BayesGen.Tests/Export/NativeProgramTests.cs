using System.Globalization;
using System.Runtime.InteropServices;
using BayesGen.Export;
using BayesGen.Tests.Compaction;
using BayesGen.Tests.Package;

namespace BayesGen.Tests.Export;

/// <summary>A network as a native program: no .NET and no Torch beside it.</summary>
public sealed class NativeProgramTests
{
    private const long MostBytes = 5_000_000;

    /// <summary>Reads numbers from a file, and prints what the network answers to them.</summary>
    private const string Main = """
        using System;
        using System.Globalization;
        using System.IO;

        var bytes = File.ReadAllBytes(args[0]);
        var input = new float[bytes.Length / 4];
        Buffer.BlockCopy(bytes, 0, input, 0, bytes.Length);
        var output = new float[input.Length / Exported.Digits.InputLength * Exported.Digits.OutputLength];
        Exported.Digits.Predict(input, output);
        foreach (var number in output)
            Console.WriteLine(number.ToString("R", CultureInfo.InvariantCulture));
        """;

    private const string Project = """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <AssemblyName>digits</AssemblyName>
            <ImplicitUsings>disable</ImplicitUsings>
            <PublishAot>true</PublishAot>
            <InvariantGlobalization>true</InvariantGlobalization>
          </PropertyGroup>
        </Project>
        """;

    [NativeFact, Trait("Lane", "Slow")]
    public void ANativeProgramIsLargeOrAnswersOtherwiseThanTorch()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var folder = new TemporaryFolder();
        using var network = new GraphLeNet();
        network.eval();
        network.get_parameter("conv1.weight")!.narrow(0, 10, 10).zero_();
        network.get_parameter("conv2.weight")!.narrow(0, 14, 36).zero_();
        network.get_parameter("fc1.weight")!.narrow(0, 42, 458).zero_();
        var x = rand(3, 1, 28, 28);
        network.CompactInPlace(x);
        network.PlainGraph().ToCSharp(Path.Combine(folder.Root, "Digits.cs"), x, new CSharpOptions { ClassName = "Digits" });
        File.WriteAllText(Path.Combine(folder.Root, "digits.csproj"), Project);
        File.WriteAllText(Path.Combine(folder.Root, "Program.cs"), Main);
        File.WriteAllBytes(Path.Combine(folder.Root, "input.bin"), MemoryMarshal.AsBytes(x.data<float>().ToArray().AsSpan()).ToArray());

        var machine = $"linux-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}";
        DotnetCommand.Build(
            folder.Root, "publish", "-c", "Release", "-r", machine, "-o", "out",
            $"-p:CppCompilerAndLinker={NativeFactAttribute.Linker}").Succeeds();
        var program = Path.Combine(folder.Root, "out", "digits");
        Assert.InRange(new FileInfo(program).Length, 1, MostBytes);
        string[] files = ["digits", "digits.dbg"];
        Assert.All(Directory.GetFiles(Path.Combine(folder.Root, "out")), file => Assert.Contains(Path.GetFileName(file), files));

        var answers = ShellCommand.Run(folder.Root, [], [program, "input.bin"]).Succeeds().Output;
        var lines = answers.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var expected = network.call(x).data<float>().ToArray();
        Assert.Equal(expected.Length, lines.Length);
        var scale = Math.Max(1, expected.Max(Math.Abs));
        Assert.All(expected.Zip(lines), pair => Assert.InRange(
            pair.First - float.Parse(pair.Second, CultureInfo.InvariantCulture), -1e-5 * scale, 1e-5 * scale));
    }
}

/// <summary>A test that needs what NativeAOT links with; where there is none it says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NativeFactAttribute : FactAttribute
{
    public NativeFactAttribute()
    {
        if (Linker is null)
            Skip = "There is no clang and no gcc on this machine, so that no native program was built. Install one: apt-get install clang.";
    }

    /// <summary>What links: clang, else gcc; null where this is no Linux or has neither.</summary>
    public static string? Linker { get; } = !OperatingSystem.IsLinux() ? null : new[] { "clang", "gcc" }.FirstOrDefault(name =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, name))));
}
