namespace BayesGen.Prediction;

/// <summary>Finds the largest value of a function of one peak, by golden sections.</summary>
internal static class GoldenSection
{
    private static readonly double Part = (Math.Sqrt(5) - 1) / 2;

    /// <summary>Where a function is largest between two numbers.</summary>
    public static double Largest(Func<double, double> function, double low, double high, int narrowings)
    {
        var (left, right) = (high - Part * (high - low), low + Part * (high - low));
        var (ofLeft, ofRight) = (function(left), function(right));
        for (var i = 0; i < narrowings; i++)
        {
            if (ofLeft >= ofRight)
            {
                (high, right, ofRight) = (right, left, ofLeft);
                left = high - Part * (high - low);
                ofLeft = function(left);
            }
            else
            {
                (low, left, ofLeft) = (left, right, ofRight);
                right = low + Part * (high - low);
                ofRight = function(right);
            }
        }

        return (low + high) / 2;
    }
}
