using BayesGen.CodeFixes;
using BayesGen.Tests.Support;

namespace BayesGen.Tests.CodeFixes;

/// <summary>The fix of BG0001.</summary>
public sealed class MakeInternalCodeFixTests
{
    private const string Title = "Make it internal";

    private const string Body = """
        : Module<Tensor, Tensor>
        {
            public Net() : base("Net") => RegisterComponents();
            [Bayesian(Gaussian)] private readonly Linear fc = Linear(1, 1);
            public override Tensor forward(Tensor x) => fc.call(x);
        }
        """;

    [Theory]
    [InlineData("public class Outer { private sealed class Net ... }", "public class Outer { internal sealed class Net ... }")]
    [InlineData("public class Outer { class Net ... }", "public class Outer { internal class Net ... }")]
    [InlineData("public class Outer { protected class Net ... }", "public class Outer { internal class Net ... }")]
    [InlineData("// why\nfile sealed class Net ...", "// why\ninternal sealed class Net ...")]
    [InlineData("public class Outer { private class Room { private class Net ... } }",
        "public class Outer { internal class Room { internal class Net ... } }")]
    [InlineData("public class Outer\n{\n    // why\n    [BayesianNetwork]\n    private class Net ...\n}",
        "public class Outer\n{\n    // why\n    [BayesianNetwork]\n    internal class Net ...\n}")]
    public Task MakesTheClassInternal(string before, string after) =>
        CodeFixAssert.Fixes<MakeInternalCodeFix>(before.Replace("...", Body), Title, after.Replace("...", Body));

    [Fact]
    public Task FixesAllClasses() => CodeFixAssert.FixesAll<MakeInternalCodeFix>(
        $"public class A {{ private class Net {Body} }} public class B {{ private class Net {Body} }}",
        Title,
        $"public class A {{ internal class Net {Body} }} public class B {{ internal class Net {Body} }}");

    [Fact]
    public Task OffersNothingForAGenericClass() => CodeFixAssert.Offers<MakeInternalCodeFix>($"public sealed class Net<T> {Body}");
}
