using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace BayesGen.SourceGeneration.Reading;

/// <summary>A line of BayesGen.State.txt.</summary>
/// <param name="Text">The line without the space around it.</param>
/// <param name="Span">Where it stands.</param>
/// <param name="Entry">What it says; null where it says nothing.</param>
internal sealed record StateSchemaLine(string Text, TextSpan Span, StateEntry? Entry);

/// <summary>
/// BayesGen.State.txt: what the networks of a project save and under which keys, in ordinal order. A project that has the file among its
/// AdditionalFiles has it checked, and one without is left alone.
/// </summary>
internal sealed class StateSchemaFile
{
    public const string Name = "BayesGen.State.txt";

    private const char Comment = '#';

    private StateSchemaFile(string path, SourceText text)
    {
        Path = path;
        Text = text;
        foreach (var line in text.Lines)
        {
            var content = line.ToString().Trim();
            if (content.Length > 0 && content[0] != Comment)
                Lines.Add(new StateSchemaLine(
                    content,
                    new TextSpan(line.Start + line.ToString().IndexOf(content, StringComparison.Ordinal), content.Length),
                    StateEntry.Parse(content)));
        }
    }

    public string Path { get; }

    public SourceText Text { get; }

    /// <summary>The lines that are not comments.</summary>
    public List<StateSchemaLine> Lines { get; } = [];

    /// <summary>The entries of one network, each once.</summary>
    public IReadOnlyList<StateEntry> EntriesOf(string network) =>
        [.. Lines.Select(line => line.Entry).OfType<StateEntry>().Where(entry => entry.Network == network).Distinct()];

    public static bool IsAt(string? path) =>
        string.Equals(System.IO.Path.GetFileName(path), Name, StringComparison.OrdinalIgnoreCase);

    /// <summary>The file among those that a project adds to its compilation, or null.</summary>
    public static StateSchemaFile? Find(IEnumerable<AdditionalText> files, CancellationToken cancellation) =>
        files.FirstOrDefault(file => IsAt(file.Path)) is { } file && file.GetText(cancellation) is { } text
            ? new StateSchemaFile(file.Path, text)
            : null;

    public Location LocationOf(StateSchemaLine line) => Location.Create(Path, line.Span, Text.Lines.GetLinePositionSpan(line.Span));
}
