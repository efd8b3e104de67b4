namespace BayesGen.Compaction;

/// <summary>The units of a value along one of its dimensions.</summary>
/// <param name="Axis">The dimension.</param>
/// <param name="Units">The unit of each index; one unit may have several.</param>
/// <param name="Constants">The number that all of an index are, whatever goes in; NaN where there is none.</param>
internal sealed record ValueUnits(int Axis, int[] Units, double[] Constants)
{
    public ValueUnits WithoutConstants(bool zerosStay = true) => this with
    {
        Constants = [.. Constants.Select(constant => zerosStay && constant == 0 ? 0 : double.NaN)],
    };
}
