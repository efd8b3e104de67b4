using System.Reflection;
using System.Runtime.CompilerServices;
using BayesGen.Tests.Support;

namespace BayesGen.Tests.SourceGenerator;

/// <summary>Wrappers derive from a class of the runtime that is written once and built for each number of inputs.</summary>
public sealed class WrapperBaseTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void ANetworkOfAnyNumberOfInputsHasAWrapper(int inputs)
    {
        var types = string.Concat(Enumerable.Repeat("Tensor, ", inputs));
        var parameters = string.Join(", ", Enumerable.Range(1, inputs).Select(i => $"Tensor x{i}"));
        var networks = GeneratorHarness.Run($$"""
            public sealed class Net : torch.nn.Module<{{types}}Tensor>
            {
                [Bayesian(Gaussian)] private readonly Linear fc = Linear(2, 2);
                public Net() : base("Net") => RegisterComponents();
                public override Tensor forward({{parameters}}) => fc.call(x{{inputs}});
            }
            """).Compiles();

        var wrapper = networks.Output.GetTypeByMetadataName("BayesianNet")!;
        Assert.Equal(("BayesianModule", inputs + 2), (wrapper.BaseType!.Name, wrapper.BaseType.Arity));
        Assert.Equal(("Module", inputs + 1), (wrapper.BaseType.BaseType!.Name, wrapper.BaseType.BaseType.Arity));
    }

    [Fact]
    public void TheClassesForMoreInputsHaveTheMembersOfTheOneForOne()
    {
        var classes = typeof(IBayesianNetwork).Assembly.GetExportedTypes().Where(type => type.Name.StartsWith("BayesianModule`")).ToList();
        Assert.Equal([3, 4, 5, 6, 7, 8], classes.Select(type => type.GetGenericArguments().Length).Order());
        Assert.All(classes, type => Assert.Equal(MembersOf(typeof(BayesianModule<,,>)), MembersOf(type)));
    }

    private static IEnumerable<string> MembersOf(Type type) => type
        .GetMembers(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        .Where(member => !member.IsDefined(typeof(CompilerGeneratedAttribute)) || member is not Type)
        .Select(member => member.ToString()!)
        .Order();
}
