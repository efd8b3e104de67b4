namespace BayesGen.Export;

/// <summary>A weight of an exported program: a field of the file, and the numbers that the file makes of its text.</summary>
/// <param name="Name">The name of the field.</param>
/// <param name="Type">Its type, without the dimension of draws.</param>
/// <param name="Texts">Its initializers, one for each draw or one for all.</param>
/// <param name="Values">What they give.</param>
/// <param name="Comment">What it holds.</param>
internal sealed record CSharpField(
    string Name, string Type, IReadOnlyList<string> Texts, IReadOnlyList<object> Values, string Comment)
{
    /// <summary>How a call names it.</summary>
    public string Use => Texts.Count > 1 ? $"{Name}[draw]" : Name;

    /// <summary>Its value in a draw.</summary>
    public T Of<T>(int draw) => (T)Values[Values.Count > 1 ? draw : 0];
}

/// <summary>Where a value lies: in the scratch memory, or in a field.</summary>
/// <param name="Start">The first place in the scratch memory.</param>
/// <param name="Length">The number of its numbers, with what vectors may write beyond.</param>
/// <param name="Field">The field; null in scratch memory.</param>
internal sealed record CSharpOperand(int Start, int Length, CSharpField? Field = null)
{
    public override string ToString() => Field?.Use ?? $"s.Slice({Start}, {Length})";

    /// <summary>The numbers to read.</summary>
    public ReadOnlySpan<float> In(float[] scratch, int draw) => Field is null ? scratch.AsSpan(Start, Length) : Field.Of<float[]>(draw);

    /// <summary>The numbers to write.</summary>
    public Span<float> Out(float[] scratch) => scratch.AsSpan(Start, Length);

    /// <summary>The same from a place on.</summary>
    public CSharpOperand From(int place) => place == 0 ? this : Field is null
        ? new CSharpOperand(Start + place, Length - place)
        : throw new InvalidOperationException("A part of a field is copied before it is used.");
}

/// <summary>A statement of an exported program, and the same to be run here.</summary>
/// <param name="Text">The statement.</param>
/// <param name="Run">The same, on scratch memory and for a draw.</param>
internal sealed record CSharpCall(string Text, Action<float[], int> Run);
