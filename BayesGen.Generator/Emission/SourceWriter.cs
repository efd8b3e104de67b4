using System.Text;

namespace BayesGen.SourceGeneration.Emission;

/// <summary>Indented text with LF line ends, whatever the checkout of this file has.</summary>
internal sealed class SourceWriter
{
    private readonly StringBuilder _text = new();
    private int _depth;

    /// <summary>Writes one or more lines, each at the current indentation; empty lines carry no spaces.</summary>
    public void Write(string lines)
    {
        for (var start = 0; start <= lines.Length;)
        {
            var next = lines.IndexOf('\n', start);
            var end = next < 0 ? lines.Length : next;
            var length = end - start - (end > start && lines[end - 1] == '\r' ? 1 : 0);
            if (length > 0)
                _text.Append(' ', 4 * _depth).Append(lines, start, length);
            _text.Append('\n');
            start = end + 1;
        }
    }

    public void Blank() => _text.Append('\n');

    /// <summary>Writes a head and a pair of braces around what is written until the result is disposed.</summary>
    public Block Braces(string head)
    {
        Write(head);
        Write("{");
        _depth++;
        return new Block(this);
    }

    /// <summary>Writes a #region around what is written until the result is disposed.</summary>
    public Region Region(string title)
    {
        Write($"#region {title}");
        Blank();
        return new Region(this);
    }

    public override string ToString() => _text.ToString();

    private void EndBraces()
    {
        _depth--;
        Write("}");
    }

    internal readonly struct Block(SourceWriter writer) : IDisposable
    {
        public void Dispose() => writer.EndBraces();
    }
}

internal readonly struct Region(SourceWriter writer) : IDisposable
{
    public void Dispose()
    {
        writer.Blank();
        writer.Write("#endregion");
    }
}
