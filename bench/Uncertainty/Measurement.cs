using System.Diagnostics;
using BayesGen.Conformal;
using BayesGen.Prediction;

namespace BayesGen.Benchmarks.Uncertainty;

/// <summary>Trains a method, and judges it by images that it has not seen.</summary>
public static class Measurement
{
    private static readonly SetMethod[] SetMethods = Enum.GetValues<SetMethod>();

    /// <summary>One run.</summary>
    /// <param name="piece">What to train.</param>
    /// <param name="images">The images of its set.</param>
    public static Outcome Of(Piece piece, ImageSet images)
    {
        var clock = Stopwatch.StartNew();
        var (train, calibration) = images.WithCalibration(piece.Seed);
        using (train)
        using (calibration)
        {
            Outcome? outcome = null;
            Method.Train(piece, train, predict =>
            {
                var training = clock.Elapsed;
                var known = ClassEvaluation.Of(predict(images.Test.Inputs), images.Test);
                var held = ClassEvaluation.Of(predict(calibration.Inputs), calibration);
                outcome = new Outcome(known.Accuracy, known.NegativeLogLikelihood, known.BrierScore, known.ExpectedCalibrationError)
                {
                    Setting = piece.Setting,
                    Scaled = AtTemperature(held, known),
                    Outside = [.. images.Outside.Select(kind => Detected(kind.Name, known.Prediction, predict(kind.Images.Inputs)))],
                    Sets = [.. SetMethods.Select(method => Held(method, held, known))],
                    TrainingSeconds = Math.Round(training.TotalSeconds, 1),
                };
            });
            return outcome! with { Seconds = Math.Round(clock.Elapsed.TotalSeconds, 1) };
        }
    }

    private static ScaledFigures AtTemperature(ClassEvaluation calibration, ClassEvaluation test)
    {
        var scaling = TemperatureScaling.Fit(calibration);
        var scaled = ClassEvaluation.Of(scaling.Apply(test.Prediction), test.Targets);
        return new ScaledFigures(scaling.Temperature, scaled.NegativeLogLikelihood, scaled.ExpectedCalibrationError);
    }

    private static OutsideFigures Detected(string kind, ClassPrediction inside, ClassPrediction outside)
    {
        var found = OutOfDistribution.Of(inside, outside);
        // One answer alone has nothing to disagree with.
        double? byMutualInformation = inside.Samples > 1 ? found.ByMutualInformation.Auroc : null;
        return new OutsideFigures(kind, found.ByEntropy.Auroc, byMutualInformation, found.ByEntropy.FalsePositiveRate95);
    }

    private static SetFigures Held(SetMethod method, ClassEvaluation calibration, ClassEvaluation test)
    {
        var report = ConformalClasses.Calibrate(calibration, new ConformalSetOptions { Method = method }).Evaluate(test);
        return new SetFigures(method.ToString(), report.Coverage, report.MeanSize);
    }
}
