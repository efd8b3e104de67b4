using BayesGen.CodeFixes;
using BayesGen.Tests.Support;

namespace BayesGen.Tests.CodeFixes;

/// <summary>"Make this network Bayesian" on an ordinary network.</summary>
public sealed class MakeBayesianRefactoringTests
{
    private const string Gaussian = "Make this network Bayesian (Gaussian)";
    private const string SparseDropout = "Make this network Bayesian (SparseDropout, to prune weights)";

    private const string Usings = """
        using System;
        using TorchSharp.Modules;
        using static TorchSharp.torch;
        using static TorchSharp.torch.nn;

        """;

    private const string UsingsAfter = """
        using System;
        using BayesGen;
        using TorchSharp.Modules;
        using static BayesGen.Family;
        using static TorchSharp.torch;
        using static TorchSharp.torch.nn;

        """;

    private const string Body = """

        {
            private readonly Linear fc = Linear(2, 1);
            private readonly BatchNorm1d norm = BatchNorm1d(1);
            public Net() : base("Net") => RegisterComponents();
            public override Tensor forward(Tensor x) => norm.call(fc.call(x));
        }

        """;

    private const string Head = "public sealed class Net : Module<Tensor, Tensor>";

    [Theory]
    [InlineData(Gaussian, "Gaussian")]
    [InlineData(SparseDropout, "SparseDropout")]
    public Task AnnotatesAnOrdinaryNetwork(string title, string family) => RefactoringAssert.Refactors<MakeBayesianRefactoring>(
        $"{Usings}\n{Head.Replace("Net", "[||]Net")}{Body}",
        title,
        $"{UsingsAfter}\n[Bayesian({family})]\n{Head}{Body}",
        "BayesianNet.g.cs");

    [Fact]
    public Task KeepsExistingUsings() => RefactoringAssert.Refactors<MakeBayesianRefactoring>(
        $"{UsingsAfter}\n[||]{Head}{Body}", Gaussian, $"{UsingsAfter}\n[Bayesian(Gaussian)]\n{Head}{Body}", "BayesianNet.g.cs");

    [Fact]
    public Task KeepsCommentsAttributesAndIndentation()
    {
        const string attribute = "[System.ComponentModel.Description(\"A network.\")]";
        return RefactoringAssert.Refactors<MakeBayesianRefactoring>(
            $"// Of us.\n{Usings}\nnamespace Demo\n{{\n    /// <summary>A network.</summary>\n    {attribute}\n    public sealed [||]class Net : "
            + $"Module<Tensor, Tensor>{Body}}}",
            Gaussian,
            $"// Of us.\n{UsingsAfter}\nnamespace Demo\n{{\n    /// <summary>A network.</summary>\n    [Bayesian(Gaussian)]\n    {attribute}\n"
            + $"    {Head}{Body}}}",
            "Demo.BayesianNet.g.cs");
    }

    /// <summary>What is on top of the file stays on top.</summary>
    [Fact]
    public Task AddsTheUsingBeforeAllOthers()
    {
        var (before, after) = (Usings.Replace("using System;\n", ""), UsingsAfter.Replace("using System;\n", ""));
        return RefactoringAssert.Refactors<MakeBayesianRefactoring>(
            $"// Of us.\n{before}\n[||]{Head}{Body}", Gaussian, $"// Of us.\n{after}\n[Bayesian(Gaussian)]\n{Head}{Body}",
            "BayesianNet.g.cs");
    }

    [Fact]
    public Task AddsTheUsingInsideTheNamespaceWhereOthersAre() => RefactoringAssert.Refactors<MakeBayesianRefactoring>(
        $"namespace Demo;\n\n{Usings}\n[||]{Head}{Body}",
        Gaussian,
        $"namespace Demo;\n\n{UsingsAfter}\n[Bayesian(Gaussian)]\n{Head}{Body}",
        "Demo.BayesianNet.g.cs");

    [Fact]
    public Task AddsUsingsToAFileWithoutAny() => RefactoringAssert.Refactors<MakeBayesianRefactoring>(
        "// Of us.\nnamespace Demo;\n\n"
        + "public sealed class [||]Net() : TorchSharp.torch.nn.Module<TorchSharp.torch.Tensor, TorchSharp.torch.Tensor>(\"Net\")\n{\n"
        + "    private readonly TorchSharp.Modules.Linear fc = TorchSharp.torch.nn.Linear(1, 1);\n"
        + "    public override TorchSharp.torch.Tensor forward(TorchSharp.torch.Tensor x) => fc.call(x);\n}\n",
        Gaussian,
        "// Of us.\nusing BayesGen;\nusing static BayesGen.Family;\n\nnamespace Demo;\n\n[Bayesian(Gaussian)]\n"
        + "public sealed class Net() : TorchSharp.torch.nn.Module<TorchSharp.torch.Tensor, TorchSharp.torch.Tensor>(\"Net\")\n{\n"
        + "    private readonly TorchSharp.Modules.Linear fc = TorchSharp.torch.nn.Linear(1, 1);\n"
        + "    public override TorchSharp.torch.Tensor forward(TorchSharp.torch.Tensor x) => fc.call(x);\n}\n",
        "Demo.BayesianNet.g.cs");

    [Fact]
    public Task UsesTheFullNameOfAFamilyWhoseNameIsTaken() => RefactoringAssert.Refactors<MakeBayesianRefactoring>(
        $"{Usings}\npublic sealed class Gaussian;\n\n[||]{Head}{Body}",
        Gaussian,
        $"{Usings.Replace("System;\n", "System;\nusing BayesGen;\n")}\npublic sealed class Gaussian;\n\n[Bayesian(Family.Gaussian)]\n{Head}{Body}",
        "BayesianNet.g.cs");

    [Fact]
    public Task KeepsLineEnds() => RefactoringAssert.Refactors<MakeBayesianRefactoring>(
        $"{Usings}\n[||]{Head}{Body}".Replace("\n", "\r\n"),
        Gaussian,
        $"{UsingsAfter}\n[Bayesian(Gaussian)]\n{Head}{Body}".Replace("\n", "\r\n"),
        "BayesianNet.g.cs");

    [Theory]
    [InlineData("[BayesGen.Bayesian(BayesGen.Family.Gaussian)] public sealed class [||]Net : Module<Tensor, Tensor> { private readonly Linear fc = Linear(1, 1); }")]
    [InlineData("public sealed class [||]Net : Module<Tensor, Tensor> { [BayesGen.Bayesian(BayesGen.Family.Gaussian)] private readonly Linear fc = Linear(1, 1); }")]
    [InlineData("public sealed class [||]Net : Module<Tensor, Tensor> { private readonly ReLU relu = ReLU(); }")]
    [InlineData("public abstract class [||]Net : Module<Tensor, Tensor> { private readonly Linear fc = Linear(1, 1); }")]
    [InlineData("public sealed class [||]Net<T> : Module<Tensor, Tensor> { private readonly Linear fc = Linear(1, 1); }")]
    [InlineData("public sealed class [||]Net { private readonly Linear fc = Linear(1, 1); }")]
    [InlineData("file sealed class [||]Net : Module<Tensor, Tensor> { private readonly Linear fc = Linear(1, 1); }")]
    [InlineData("public sealed class Net : Module<Tensor, Tensor> { private readonly Linear [||]fc = Linear(1, 1); }")]
    public async Task OffersNothingElsewhere(string source)
    {
        source = source.Replace("; }", "; public Net() : base(\"Net\") { } public override Tensor forward(Tensor x) => x; }");
        await RefactoringAssert.Offers<MakeBayesianRefactoring>(Usings + source);
        await RefactoringAssert.Offers<BayesianLastLayerRefactoring>(Usings + source);
    }

    [Fact]
    public async Task DoesNotThrowOnHalfTypedCode()
    {
        var source = $"{UsingsAfter}[||]{Head}{Body}";
        var start = source.IndexOf("[||]", StringComparison.Ordinal) + 4;
        for (var length = start; length <= source.Length; length += 11)
        {
            await RefactoringAssert.Survives<MakeBayesianRefactoring>(source[..length]);
            await RefactoringAssert.Survives<BayesianLastLayerRefactoring>(source[..length]);
            await RefactoringAssert.Survives<ExcludeNormalizationRefactoring>(
                source[..length].Replace("private", "[Bayesian(Gaussian)] private"));
        }
    }

    [Fact]
    public Task OffersBothFamiliesOnTheClassDeclaration() => RefactoringAssert.Offers<MakeBayesianRefactoring>(
        $"{Usings}\n{Head}[||]{Body}", Gaussian, SparseDropout);
}
