namespace BayesGen.Compaction;

/// <summary>Holds the outputs of a small network against those of the large one.</summary>
/// <param name="Difference">The largest difference.</param>
/// <param name="Scale">The largest output by absolute value.</param>
/// <param name="Type">The type in which both ran.</param>
internal sealed record OutputComparison(double Difference, double Scale, ScalarType Type)
{
    /// <summary>The part of the largest output by which outputs of a type may differ: its rounding through many layers.</summary>
    public static double ToleranceOf(ScalarType type) => type switch
    {
        ScalarType.Float64 => 1e-10,
        ScalarType.Float16 => 1e-2,
        ScalarType.BFloat16 => 5e-2,
        _ => 1e-4,
    };

    /// <summary>Compares; more than rounding gives is refused.</summary>
    /// <param name="name">The name of the network.</param>
    /// <param name="type">The type in which both ran.</param>
    /// <param name="expected">What the large network gives.</param>
    /// <param name="outputs">What the small one gives.</param>
    /// <exception cref="InvalidOperationException">They differ; the pair that differs most is in the message.</exception>
    public static OutputComparison Of(
        string name, ScalarType type, IReadOnlyList<Tensor> expected, IReadOnlyList<Tensor> outputs)
    {
        using var scope = NewDisposeScope();
        var (difference, scale, pair) = (0.0, 0.0, (Wanted: 0.0, Got: 0.0));
        foreach (var (wanted, got) in expected.Zip(outputs))
        {
            if (!wanted.shape.SequenceEqual(got.shape))
                throw new InvalidOperationException(
                    $"The small {name} puts out [{string.Join(", ", got.shape)}] instead of [{string.Join(", ", wanted.shape)}]; "
                    + "its units were misread. The network is as it was.");
            var (a, b) = (wanted.to(ScalarType.Float64).flatten(), got.to(ScalarType.Float64).flatten());
            scale = Math.Max(scale, a.abs().max().item<double>());
            var apart = a.Subtract(b).abs().nan_to_num(double.PositiveInfinity);
            var place = apart.argmax().item<long>();
            if (apart[place].item<double>() is var most && most > difference)
                (difference, pair) = (most, (a[place].item<double>(), b[place].item<double>()));
        }

        return difference <= ToleranceOf(type) * Math.Max(scale, 1e-30)
            ? new(difference, scale, type)
            : throw new InvalidOperationException(FormattableString.Invariant(
                $"The outputs of the small {name} differ from those of the pruned one, which are up to {scale}: ")
                + FormattableString.Invariant($"the pair that differs most is {pair.Got} instead of {pair.Wanted}. ")
                + "A dead unit was read as constant and is not. The network is as it was.");
    }
}
