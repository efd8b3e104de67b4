namespace BayesGen.Compression;

/// <summary>How the bit width of a weight tensor follows from those of its weights.</summary>
public enum BitRule
{
    /// <summary>The mean over the weights that are kept, rounded up.</summary>
    Mean,

    /// <summary>The largest of the weights that are kept.</summary>
    Max,
}

/// <summary>How bit widths are chosen: a value that never changes.</summary>
public sealed record BitOptions
{
    /// <summary>The most bits of a plain weight; its numbers still fit 32-bit floats.</summary>
    private const int MostPlainBits = 24;

    private const int MostExtraBits = 16;

    /// <summary>From the widths of the weights to that of their tensor.</summary>
    public BitRule Rule { get; init; } = BitRule.Mean;

    /// <summary>Bits behind the point that every tensor with a posterior gets on top, -16 to 16; each halves the steps.</summary>
    public int ExtraBits { get; init; }

    /// <summary>
    /// The bits of a weight without a posterior, such as a bias, with its sign, 2 to 24: its steps are the largest that give its largest
    /// number so many. Null leaves such weights as they are.
    /// </summary>
    public int? PlainBits { get; init; } = 12;

    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    internal void Validate()
    {
        OptionValues.RequireDefined(Rule, nameof(Rule), nameof(BitOptions));
        ArgumentOutOfRangeException.ThrowIfLessThan(ExtraBits, -MostExtraBits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ExtraBits, MostExtraBits);
        if (PlainBits is not { } plain)
            return;
        ArgumentOutOfRangeException.ThrowIfLessThan(plain, 2, nameof(PlainBits));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(plain, MostPlainBits, nameof(PlainBits));
    }
}
