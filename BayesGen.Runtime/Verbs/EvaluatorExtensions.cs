using BayesGen.Data;
using BayesGen.Parameters;
using BayesGen.Pruning;
using BayesGen.Reporting;
using BayesGen.Training;

namespace BayesGen;

/// <summary>Evaluation of a network as a verb.</summary>
public static class EvaluatorExtensions
{
    /// <summary>Evaluates a network with one input on all examples of a data set, as <see cref="Evaluator"/> does.</summary>
    /// <typeparam name="TModel">The generated wrapper.</typeparam>
    /// <param name="model">The network.</param>
    /// <param name="data">The data.</param>
    /// <param name="options">How to evaluate; null is the default.</param>
    /// <param name="threshold">Prunes for this evaluation alone; null prunes nothing.</param>
    /// <param name="cancellation">Ends the evaluation before the next batch; the network is put back as it was.</param>
    /// <exception cref="NotSupportedException">The loss of the options cannot score a family of the network.</exception>
    /// <exception cref="ArgumentException">The data is empty, an option is out of its range, or a threshold fits nothing.</exception>
    /// <exception cref="InvalidOperationException">A draw is alive, or the network cannot take a batch.</exception>
    /// <exception cref="OperationCanceledException">The evaluation was canceled.</exception>
    /// <example><c>model.Evaluate(test).Accuracy</c></example>
    public static EvaluationResult Evaluate<TModel>(
        this TModel model, BatchSource data, EvaluationOptions? options = null, Thresholds? threshold = null,
        CancellationToken cancellation = default)
        where TModel : nn.Module<Tensor, Tensor>, IBayesianNetwork
    {
        ArgumentNullException.ThrowIfNull(model);
        return new Evaluator(model, model.call, options).Evaluate(data, threshold, cancellation);
    }
}
