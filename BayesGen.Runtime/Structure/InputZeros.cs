namespace BayesGen.Structure;

/// <summary>Which input units of a layer were zero in all places of all examples.</summary>
/// <param name="inputs">How many there are.</param>
internal sealed class InputZeros(int inputs)
{
    private readonly bool[] _isNot = new bool[inputs];

    /// <summary>Zero for each input unit that was it, and not because something hid what went in; else NaN.</summary>
    public double[] Constants => [.. _isNot.Select(isNot => isNot ? double.NaN : 0)];

    /// <summary>Looks for numbers that are not zero.</summary>
    /// <param name="input">What goes in.</param>
    /// <param name="axis">The dimension along which units lie.</param>
    public void Note(Tensor input, int axis)
    {
        using var scope = NewDisposeScope();
        Exclude(input.detach().ne(Operand(0)).transpose(0, axis).flatten(1).any(1).cpu().data<bool>().ToArray());
    }

    /// <summary>Takes units out whose zeros say nothing.</summary>
    public void Exclude(bool[] units)
    {
        for (var unit = 0; unit < inputs; unit++)
            _isNot[unit] |= units[unit];
    }
}
