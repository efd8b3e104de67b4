using BayesGen.SourceGeneration.Model;

namespace BayesGen.SourceGeneration.Graphs;

/// <summary>The lines of a generated method, as they are written.</summary>
internal sealed class GraphLines
{
    private readonly List<LineModel> _lines = [];
    private int _depth;

    /// <summary>All of them.</summary>
    public IReadOnlyList<LineModel> All => _lines;

    /// <summary>Writes a line.</summary>
    public void Write(string text) => _lines.Add(new(_depth, text));

    /// <summary>Begins a block.</summary>
    public void Open()
    {
        Write("{");
        _depth++;
    }

    /// <summary>Ends a block.</summary>
    public void Close()
    {
        _depth--;
        Write("}");
    }
}
