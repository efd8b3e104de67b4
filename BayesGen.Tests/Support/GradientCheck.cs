namespace BayesGen.Tests;

/// <summary>
/// Holds the gradients that a draw carries to the posterior against central differences in float64, under one fixed draw of the noise.
/// </summary>
internal static class GradientCheck
{
    /// <summary>
    /// Where the error of two central differences, extrapolated to a step of zero, is least: of fourth order in the step, and 1e-16 / step
    /// from rounding.
    /// </summary>
    private const double Step = 1e-3;

    /// <summary>Checks some coordinates of every variational parameter of every weight, and every deterministic arena.</summary>
    /// <param name="model">A float64 network.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="fit">Computes the fit loss from the network as it is.</param>
    /// <param name="tolerance">The largest error, relative to the larger of the gradient and 1e-2 of the largest one.</param>
    /// <returns>The number of coordinates compared.</returns>
    public static int Run(IBayesianNetwork model, VariationalLoss loss, Func<Tensor> fit, double tolerance = 1e-8)
    {
        const double Beta = 0.3;
        const long Examples = 5, Seed = 42;
        model.Arena.ZeroGradients(setToNone: false);
        using (var draw = model.Draw(Seed))
        {
            draw.Backward(loss.Aggregate([fit()], [loss.Divergence(draw)], Beta, Examples).Total);
        }

        double Value()
        {
            using var draw = model.Draw(Seed);
            using var _ = no_grad();
            return loss.Aggregate([fit()], [loss.Divergence(draw)], Beta, Examples).Total.item<double>();
        }

        var compared = 0;
        foreach (var (name, parameter) in model.Arena.Parameters().ToList())
        {
            using var gradient = parameter.grad;
            Assert.True(gradient is not null, $"{name} has no gradient");
            var largest = gradient!.abs().max().item<double>();
            foreach (var index in Coordinates(model, name, parameter.numel()))
            {
                var before = parameter[index].item<double>();
                double Shifted(double by)
                {
                    using (no_grad())
                        parameter[index] = before + by;
                    return Value();
                }

                double Difference(double step) => (Shifted(step) - Shifted(-step)) / (2 * step);
                // Richardson: the error of the second order cancels.
                var expected = (4 * Difference(Step / 2) - Difference(Step)) / 3;
                Shifted(0);
                var actual = gradient[index].item<double>();
                var error = Math.Abs(actual - expected) / Math.Max(Math.Abs(expected), Math.Max(1e-2 * largest, 1e-6));
                Assert.True(error <= tolerance, $"{name}[{index}]: gradient {actual:G10}, difference {expected:G10}, error {error:G3}");
                compared++;
            }
        }

        return compared;
    }

    /// <summary>The first, the middle and the last element of every weight in the arena.</summary>
    private static IEnumerable<long> Coordinates(IBayesianNetwork model, string name, long count)
    {
        var arena = model.Arena.Families.FirstOrDefault(arena => name.StartsWith(arena.Family.Name, StringComparison.Ordinal));
        var weights = arena?.Weights ?? model.Arena.Inventory.Deterministic[0].Weights;
        if (name.EndsWith(".prior", StringComparison.Ordinal))
            return [0, count - 1];
        return weights
            .SelectMany(weight => new[] { 0, weight.Count / 2, weight.Count - 1 }.Select(at => weight.Place.Offset + at))
            .Distinct()
            .Where(index => index < count);
    }
}
