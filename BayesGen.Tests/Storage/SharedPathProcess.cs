namespace BayesGen.Tests;

/// <summary>
/// The second processes of <see cref="SharedPathTests"/>: each saves a network of its own to one path until it is killed.
/// </summary>
internal static class SharedPathProcess
{
    public const string Argument = "--save-for-ever";

    /// <summary>Said after each save.</summary>
    public const string Saved = "saved";

    public static int Run(string path, long outputs)
    {
        random.manual_seed(Environment.ProcessId);
        using var model = new BayesianBroad(new Broad(1000, outputs));
        while (true)
        {
            model.Save(path);
            Console.Out.WriteLine(Saved);
            Console.Out.Flush();
        }
    }
}
