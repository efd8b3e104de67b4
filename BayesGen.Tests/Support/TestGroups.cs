using Xunit.Abstractions;
using Xunit.Sdk;

namespace BayesGen.Tests.Support;

/// <summary>What a test class may run beside.</summary>
public enum TestGroup
{
    /// <summary>
    /// Calls Torch, whose random generator is global and whose dispose scopes belong to a thread: one class after the other.
    /// </summary>
    Torch,

    /// <summary>Compiles sources in memory or starts programs, and calls no function of Torch: runs beside Torch.</summary>
    Roslyn,

    /// <summary>As <see cref="Roslyn"/>, and beside it: half of the tests of analyzers, which take most of the time there.</summary>
    Rules,

    /// <summary>Measures what the whole process does, its memory or its finalizers: nothing runs beside it.</summary>
    Alone,
}

/// <summary>Puts a test class into another group than its namespace does.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class RunsInAttribute(TestGroup group) : Attribute
{
    public TestGroup Group { get; } = group;
}

/// <summary>
/// Says which test classes run at the same time: xunit runs collections beside each other and the classes of one collection in turn.
/// A class is one of Torch unless its namespace or a <see cref="RunsInAttribute"/> says otherwise.
/// </summary>
public sealed class TestGroups : IXunitTestCollectionFactory
{
    private static readonly string[] RoslynNamespaces =
    [
        Analyzers, "BayesGen.Tests.CodeFixes", "BayesGen.Tests.Docs", "BayesGen.Tests.SourceGenerator",
    ];

    private const string Analyzers = "BayesGen.Tests.Analyzers";

    /// <summary>The first letter of the classes in the second half of the analyzers' tests, by the time that they take.</summary>
    private const char SecondHalf = 'O';

    private readonly Dictionary<TestGroup, ITestCollection> _collections;

    /// <param name="assembly">The test assembly; xunit makes the factory.</param>
    public TestGroups(ITestAssembly assembly) => _collections = new()
    {
        [TestGroup.Torch] = new TestCollection(assembly, null, nameof(TestGroup.Torch)),
        [TestGroup.Roslyn] = new TestCollection(assembly, null, nameof(TestGroup.Roslyn)),
        [TestGroup.Rules] = new TestCollection(assembly, null, nameof(TestGroup.Rules)),
        [TestGroup.Alone] = new TestCollection(assembly, Reflector.Wrap(typeof(AloneCollection)), nameof(TestGroup.Alone)),
    };

    public string DisplayName => "Roslyn beside Torch";

    public ITestCollection Get(ITypeInfo testClass) => _collections[GroupOf(testClass.ToRuntimeType())];

    internal static TestGroup GroupOf(Type testClass) =>
        testClass.GetCustomAttributes(typeof(RunsInAttribute), inherit: false) is [RunsInAttribute said] ? said.Group
        : testClass.Namespace == Analyzers && testClass.Name[0] >= SecondHalf ? TestGroup.Rules
        : RoslynNamespaces.Contains(testClass.Namespace) ? TestGroup.Roslyn
        : TestGroup.Torch;
}

/// <summary>Tells xunit that nothing runs beside the group <see cref="TestGroup.Alone"/>.</summary>
[CollectionDefinition(nameof(TestGroup.Alone), DisableParallelization = true)]
public sealed class AloneCollection;
