using System.Globalization;

namespace BayesGen.Structure;

/// <summary>A value in a <see cref="NetworkGraph"/>.</summary>
/// <param name="Node">The number of the node that it comes from.</param>
/// <param name="Output">Which output of the node, from 0.</param>
public readonly record struct GraphValue(int Node, int Output = 0)
{
    /// <summary>The number of the node, and of the output where it is not the first.</summary>
    public override string ToString() => Output == 0
        ? $"%{Node.ToString(CultureInfo.InvariantCulture)}"
        : $"%{Node.ToString(CultureInfo.InvariantCulture)}.{Output.ToString(CultureInfo.InvariantCulture)}";
}
