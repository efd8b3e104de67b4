using System.Globalization;
using BayesGen;
using BayesGen.Data;
using BayesGen.Plots;
using TorchSharp;
using static TorchSharp.torch;

namespace MnistSample;

/// <summary>
/// What the network reads in images, and how sure it is: the mean over draws of the posterior. The softmax of one network would be sure of
/// nearly everything, of its mistakes too.
/// </summary>
public static class Answers
{
    /// <summary>The networks that are asked.</summary>
    public const int Draws = 30;

    private const int Asked = 500;
    private const int Shown = 27;

    /// <summary>Predicts with the model pruned at a threshold, which the model itself is not.</summary>
    public static ClassPrediction Predict<TModel>(TModel model, Tensor images, Thresholds? threshold)
        where TModel : nn.Module<Tensor, Tensor>, IBayesianNetwork
    {
        using var scope = NewDisposeScope();
        return model.Predict(images.to(model.Arena.Device), Draws, new PredictionOptions { Thresholds = threshold });
    }

    /// <summary>Images of the test data for the page of a run, those that are read wrong first.</summary>
    public static List<ReportExample> Of<TModel>(TModel model, TensorDataSet test, IReadOnlyList<string> names, Thresholds? threshold)
        where TModel : nn.Module<Tensor, Tensor>, IBayesianNetwork
    {
        using var scope = NewDisposeScope();
        var inputs = test.Inputs[..(int)Math.Min(Asked, test.Count)];
        var prediction = Predict(model, inputs, threshold);
        var labels = test.Targets.data<long>().ToArray();
        return
        [
            .. Enumerable.Range(0, prediction.Count)
                .OrderBy(i => prediction.Classes[i] == labels[i])
                .ThenBy(i => i)
                .Take(Shown)
                .Select(i => new ReportExample(
                    inputs[i].flatten().data<float>().ToArray(),
                    (int)inputs.shape[^1],
                    names[prediction.Classes[i]],
                    Confidence(prediction, i) + (prediction.Classes[i] == labels[i] ? "" : $", is {names[(int)labels[i]]}"),
                    prediction.Classes[i] == labels[i])),
        ];
    }

    /// <summary>How sure the draws are of one answer, in a few words.</summary>
    public static string Confidence(ClassPrediction prediction, int i) => string.Create(
        CultureInfo.InvariantCulture,
        $"{prediction.Confidence[i] * 100:F0} % sure, entropy {prediction.Entropy[i]:F2} nats, {prediction.MutualInformation[i]:F2} epistemic");
}
