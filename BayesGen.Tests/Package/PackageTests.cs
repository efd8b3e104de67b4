using System.IO.Compression;
using System.Xml.Linq;
using BayesGen.Tests.Support;

namespace BayesGen.Tests.Package;

/// <summary>The packages, seen by those who have nothing else of this repository.</summary>
[Trait("Lane", "Slow")]
[RunsIn(TestGroup.Roslyn)]
public sealed partial class GeneratorPackageTests(PackedRepository packed) : IClassFixture<PackedRepository>
{
    private const string Brought = "\"Identity\": \"BayesGen\"";

    private const string Program = """
        using BayesGen;
        using TorchSharp;
        using TorchSharp.Modules;
        using static BayesGen.Family;
        using static TorchSharp.torch;
        using static TorchSharp.torch.nn;

        using var model = new BayesianReader(new Reader());
        using var trainer = model.CreateTrainer(new TrainerOptions { Epochs = 1, ExampleCount = 8 });
        using var inputs = randn(8, 4);
        using var targets = zeros(8, ScalarType.Int64);
        trainer.Train(new[] { (inputs, targets) });
        Console.WriteLine("OK");

        public sealed class Reader : Module<Tensor, Tensor>
        {
            [Bayesian(LogUniform)] private readonly Linear hidden = Linear(4, 2);

            public Reader() : base(nameof(Reader)) => RegisterComponents();

            public override Tensor forward(Tensor x) => hidden.call(x);
        }
        """;

    [Fact]
    public void AProjectWithThePackageTrainsAndGetsItsDiagnostics()
    {
        var project = packed.PathOf("Consumer");
        packed.Write(ConsumerProject(), "Consumer", "Consumer.csproj");
        packed.Write(Program, "Consumer", "Program.cs");

        packed.Restore(project);
        DotnetCommand.Build(project, "build", "--no-restore").Succeeds();
        Assert.Contains("OK", DotnetCommand.Run(project, "run", "--no-build").Succeeds().Output);
        if (OperatingSystem.IsLinux())
            Assert.Contains(Directory.EnumerateFiles(project, "libLibTorchSharp.so", SearchOption.AllDirectories), IsRelaxedCopy);

        // The compiler prints no analyzer's message once a declaration names a type that is not there, so the wrapper of a class with
        // findings has to be.
        packed.Write(
            Program.Replace("Bayesian(LogUniform)", "Bayesian(LogUniform, PriorScale = 2)")
                + "\n\npublic sealed class Holder { public BayesianReader? Model; public BayesianReader.PosteriorMap? Map { get; set; } }\n",
            "Consumer", "Program.cs");
        var build = DotnetCommand.Build(project, "build", "--no-restore").Fails();
        Assert.Contains("error BG0003: 'PriorScale' cannot be used here", build.Output);
        Assert.DoesNotContain("error CS", build.Output);

        packed.Write(Program.Replace("CreateTrainer(", "CreateTrainer(new GaussianKLLoss(), "), "Consumer", "Program.cs");
        packed.Write("# Nothing is listed yet.", "Consumer", "BayesGen.State.txt");
        var refusal = DotnetCommand.Build(project, "build", "--no-restore").Fails().Output;
        Assert.Contains("error BG0100", refusal);
        Assert.Contains("error BG0301: 'hidden' of Reader saves 'hidden.weight' (LogUniform), 'hidden.bias' (LogUniform)", refusal);
    }

    /// <summary>The usings of the package go with those of .NET, and each is of a namespace that there is.</summary>
    [Fact]
    public void AProjectWithImplicitUsingsGetsThoseOfBayesGenUnlessItSaysNo()
    {
        var project = packed.PathOf("Usings");
        packed.Write(ConsumerProject(), "Usings", "Usings.csproj");
        packed.Write(Program.Replace("using BayesGen;\n", ""), "Usings", "Program.cs");
        packed.Restore(project);

        DotnetCommand.Build(project, "build", "--no-restore").Succeeds();
        var refused = DotnetCommand.Build(project, "build", "--no-restore", "-p:BayesGenImplicitUsings=false").Fails().Output;
        Assert.Contains("error CS0246", refused);

        string[] usings = ["msbuild", "-getItem:Using"];
        Assert.Contains(Brought, DotnetCommand.Run(project, usings).Succeeds().Output);
        foreach (var without in new[] { "-p:BayesGenImplicitUsings=false", "-p:ImplicitUsings=disable" })
            Assert.DoesNotContain(Brought, DotnetCommand.Run(project, [.. usings, without]).Succeeds().Output);
    }

    /// <summary>Loops over weights are slow for as long as they are compiled quickly.</summary>
    [Fact]
    public void MethodsOfAProjectAreCompiledWellAtOnceUnlessItSaysOtherwise()
    {
        const string Property = "TieredCompilationQuickJit";
        var project = packed.PathOf("Compiled");
        packed.Write(ConsumerProject(), "Compiled", "Compiled.csproj");
        packed.Restore(project);

        string[] asked = ["msbuild", $"-getProperty:{Property}"];
        Assert.Equal("false", DotnetCommand.Run(project, asked).Succeeds().Output.Trim());
        packed.Write(
            ConsumerProject().Replace("</PropertyGroup>", $"<{Property}>true</{Property}></PropertyGroup>"), "Compiled", "Compiled.csproj");
        Assert.Equal("true", DotnetCommand.Run(project, asked).Succeeds().Output.Trim());
    }

    [Fact]
    public void AProjectOfAnOlderFrameworkIsToldWhichOneIsNeeded()
    {
        var project = packed.PathOf("Older");
        packed.Write(ConsumerProject().Replace("net10.0", "net8.0"), "Older", "Older.csproj");

        var restore = DotnetCommand.Build(project, "restore", "-p:NuGetAudit=false").Fails().Output;
        Assert.Contains("NU1202", restore);
        Assert.Contains("BayesGen", restore);
        Assert.Contains("net10.0", restore);
    }

    [Fact]
    public void ATrimmedProgramKeepsTheFieldsOfLayers()
    {
        var project = packed.PathOf("Trimmed");
        packed.Write(ConsumerProject(), "Trimmed", "Trimmed.csproj");
        packed.Restore(project);

        string[] roots = ["msbuild", "-t:BayesGenKeepNetworks", "-getItem:TrimmerRootAssembly"];
        foreach (var property in new[] { "PublishAot", "PublishTrimmed" })
        {
            var kept = DotnetCommand.Run(project, [.. roots, $"-p:{property}=true"]).Succeeds().Output;
            foreach (var assembly in new[] { "Trimmed", "TorchSharp", "BayesGen.Runtime" })
                Assert.Contains($"\"Identity\": \"{assembly}\"", kept);
        }

        Assert.DoesNotContain("\"Identity\": \"TorchSharp\"", DotnetCommand.Run(project, roots).Succeeds().Output);
    }

    [Fact]
    public void ThePackageHoldsWhatAProjectNeedsAndNothingOfTheCompiler()
    {
        using var package = ZipFile.OpenRead(packed.PackageFile);
        var files = package.Entries.Select(entry => entry.FullName).ToList();

        Assert.Superset(
            new HashSet<string>
            {
                "LICENSE",
                "lib/net10.0/BayesGen.Runtime.dll", "lib/net10.0/BayesGen.Runtime.xml",
                "buildTransitive/net10.0/BayesGen.props", "buildTransitive/net10.0/BayesGen.targets",
                "buildTransitive/net10.0/NativeShim.cs",
            },
            files.ToHashSet());
        Assert.Equal(AnalyzerProjects(), files.Where(file => file.StartsWith("analyzers/", StringComparison.Ordinal)).Order());
        Assert.Equal(
            ["Google.Protobuf", "Microsoft.Extensions.Logging.Abstractions", "SharpZipLib", "SkiaSharp", "TorchSharp"],
            Dependencies(package, "BayesGen").Order());
    }

    [Theory]
    [InlineData("BayesGen")]
    [InlineData("BayesGen.Console")]
    [InlineData("BayesGen.Datasets")]
    [InlineData("BayesGen.DataViews")]
    [InlineData("BayesGen.Mpi")]
    [InlineData("BayesGen.Plots")]
    [InlineData("BayesGen.Templates")]
    public void TheListingOfAPackageIsComplete(string name)
    {
        using var package = ZipFile.OpenRead(packed.PathOf($"{name}.{packed.Version}.nupkg"));
        using var content = package.GetEntry(name + ".nuspec")!.Open();
        var listing = XDocument.Load(content).Descendants().ToLookup(element => element.Name.LocalName);
        Assert.Equal("MIT", listing["license"].Single().Value);
        Assert.Equal("icon.png", listing["icon"].Single().Value);
        Assert.Equal("README.md", listing["readme"].Single().Value);
        Assert.EndsWith("/CHANGELOG.md", listing["releaseNotes"].Single().Value);
        Assert.Equal("git", listing["repository"].Single().Attribute("type")!.Value);
        Assert.Contains("Bayesian", listing["tags"].Single().Value);
        using var readme = new StreamReader(package.GetEntry("README.md")!.Open());
        Assert.StartsWith($"# {name}", readme.ReadLine());
        Assert.All(["icon.png", "LICENSE"], file => Assert.Single(package.Entries, entry => entry.FullName == file));
    }

    [Fact]
    public void TheDataSetsComeWithTheLibraryAndHoldNothingOfIt()
    {
        using var package = ZipFile.OpenRead(packed.PathOf($"BayesGen.Datasets.{packed.Version}.nupkg"));
        Assert.Equal(
            ["BayesGen.Datasets.dll", "BayesGen.Datasets.xml"],
            package.Entries
                .Where(entry => entry.FullName.StartsWith("lib/", StringComparison.Ordinal))
                .Select(entry => entry.Name)
                .Order());
        Assert.Contains("BayesGen", Dependencies(package, "BayesGen.Datasets"));
    }

    /// <summary>It takes the seam of the training loop, which is no public API.</summary>
    [Fact]
    public void TheProcessesComeWithTheLibraryOfTheirOwnVersionAlone()
    {
        using var package = ZipFile.OpenRead(packed.PathOf($"BayesGen.Mpi.{packed.Version}.nupkg"));
        using var content = package.GetEntry("BayesGen.Mpi.nuspec")!.Open();
        Assert.Equal(
            $"[{packed.Version}]",
            XDocument.Load(content).Descendants()
                .Single(element => element.Name.LocalName == "dependency" && element.Attribute("id")!.Value == "BayesGen")
                .Attribute("version")!.Value);
    }

    [Theory]
    [InlineData("docs/guide.md")]
    [InlineData("docs/package.md")]
    public void TheDocsNameThePackedVersions(string page)
    {
        var text = File.ReadAllText(Path.Combine(PackedRepository.Root, page));

        Assert.Contains($"""<PackageReference Include="BayesGen" Version="{PackedRepository.NextVersion}" />""", text);
        Assert.Contains($"""<PackageReference Include="TorchSharp-cpu" Version="{PackedRepository.TorchSharpVersion}" />""", text);
    }

    /// <summary>One assembly for each project of the repository that the compiler or an editor loads.</summary>
    private static IEnumerable<string> AnalyzerProjects() =>
        from project in new[] { "BayesGen.CodeFixes", "BayesGen.Generator" }
        where File.Exists(Path.Combine(PackedRepository.Root, project, project + ".csproj"))
        select $"analyzers/dotnet/cs/{project}.dll";

    private static IEnumerable<string> Dependencies(ZipArchive package, string name)
    {
        using var content = package.GetEntry(name + ".nuspec")!.Open();
        return XDocument.Load(content).Descendants()
            .Where(element => element.Name.LocalName == "dependency")
            .Select(element => element.Attribute("id")!.Value)
            .ToList();
    }

    /// <summary>The package's build target works through a copy in obj/.</summary>
    private static bool IsRelaxedCopy(string path) => path.Split(Path.DirectorySeparatorChar).Contains("native-shim");

    /// <summary>One platform, and links in place of copies, because Torch is large.</summary>
    private string ConsumerProject() => $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <Nullable>enable</Nullable>
            <ImplicitUsings>enable</ImplicitUsings>
            <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
            <UseCurrentRuntimeIdentifier>true</UseCurrentRuntimeIdentifier>
            <CreateHardLinksForCopyLocalIfPossible>true</CreateHardLinksForCopyLocalIfPossible>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="BayesGen" Version="{packed.Version}" />
            <PackageReference Include="TorchSharp-cpu" Version="{PackedRepository.TorchSharpVersion}" />
          </ItemGroup>
        </Project>
        """;
}
