namespace BayesGen.Tests.Resilience;

/// <summary>How much the tests of this folder do: a share in an ordinary run, all of it where BAYESGEN_RESILIENCE is <c>full</c>.</summary>
internal static class ResilienceScale
{
    public static bool IsFull { get; } = Environment.GetEnvironmentVariable("BAYESGEN_RESILIENCE") == "full";

    /// <summary>Processes that are killed.</summary>
    public static int Kills { get; } = IsFull ? 100 : 8;

    /// <summary>Files that are damaged.</summary>
    public static int Mutations { get; } = IsFull ? 1000 : 150;
}
