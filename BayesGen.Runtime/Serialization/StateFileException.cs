using BayesGen.Parameters;

namespace BayesGen.Serialization;

/// <summary>A state file cannot be read: it is truncated, altered, or no state file at all. Nothing was loaded.</summary>
public sealed class StateFileException : IOException
{
    internal StateFileException(string path, string what, Exception? inner = null)
        : base(
            PlainText.Of($"'{path}' cannot be read as a state file: {what}")
                + " Nothing was loaded; the model in memory is as it was.", inner)
    {
    }
}
