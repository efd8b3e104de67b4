using System.Runtime.CompilerServices;

namespace BayesGen.Tests;

internal static class BeforeEverything
{
    /// <summary>The tests run beside builds and other tests; threads that spin would make each wait for the others.</summary>
    [ModuleInitializer]
    internal static void LetThreadsSleep() => ComputeThreads.UsePassiveWait();
}
