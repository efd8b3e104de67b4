using BayesGen.Likelihoods;
using BayesGen.Prediction;

namespace BayesGen.Laplace;

/// <summary>How well outputs fit the targets, and how much the fit curves: of classes, of yes and no, or of numbers.</summary>
/// <param name="likelihood">What the outputs mean: see <see cref="FitLikelihood"/>.</param>
internal sealed class TargetFit(Likelihood likelihood)
{
    private double _logLikelihood;
    private double _squares;
    private double _numbers;

    /// <summary>Adds the likelihood of a batch, and gives the curvature of its outputs.</summary>
    /// <param name="outputs">As the network gives them, without a graph.</param>
    /// <param name="targets">Class numbers [N], answers of yes and no as many as outputs, or numbers [N, D] or [N].</param>
    public OutputCurvature Add(Tensor outputs, Tensor targets) => likelihood switch
    {
        CategoricalLikelihood classes => AddClasses(classes, outputs, targets),
        BernoulliLikelihood answers => AddAnswers(answers, outputs, targets),
        _ => AddNumbers((GaussianLikelihood)likelihood, outputs, targets),
    };

    /// <summary>log p(targets | w*), nats, with the variance of the noise times a factor.</summary>
    public double LogLikelihood(double factor) => _logLikelihood - 0.5 * (_numbers * Math.Log(factor) + _squares * (1 / factor - 1));

    private OutputCurvature AddClasses(CategoricalLikelihood classes, Tensor outputs, Tensor targets)
    {
        if (outputs.dim() != 2 || outputs.shape[1] < 2)
            throw new InvalidOperationException(
                $"The network gave an output of shape [{string.Join(", ", outputs.shape)}]; FitLaplace of classes needs logits [N, C]. "
                + "Where it answers yes or no or numbers, say so: train with TrainerOptions.Likelihood, or model.UseLikelihood(...), for "
                + "instance Likelihood.Bernoulli() or Likelihood.Gaussian(sigma).");
        var logits = outputs.to(ScalarType.Float64);
        var labels = TargetWeights.Labels(classes, targets, logits);
        var logarithms = logits.log_softmax(1);
        if (TargetWeights.ArePlain(classes) && labels.ge(Operand(0L)).all().item<bool>())
        {
            _logLikelihood += logarithms.gather(1, labels.unsqueeze(1)).sum().item<double>();
            return OutputCurvature.OfClasses(logits, weights: null);
        }

        var counts = TargetWeights.OfClasses(classes, labels, logits.shape[1]);
        _logLikelihood += (counts * logarithms).sum().item<double>();
        return OutputCurvature.OfClasses(logits, counts.sum(1));
    }

    /// <summary>log p(y) = w y log p + (1 - y) log(1 - p) with the weight w of a yes, whose curvature is (w y + 1 - y) p (1 - p).</summary>
    private OutputCurvature AddAnswers(BernoulliLikelihood answers, Tensor outputs, Tensor targets)
    {
        if (targets.numel() != outputs.numel())
            throw new ArgumentException(
                $"Targets of shape [{string.Join(", ", targets.shape)}] do not fit logits [{string.Join(", ", outputs.shape)}]: a 0 for no "
                + "or a 1 for yes for each.", nameof(targets));
        answers.RequireTargets(targets, "example {0} of a batch");
        var logits = outputs.to(ScalarType.Float64).reshape(outputs.shape[0], -1);
        var wanted = targets.to(ScalarType.Float64).to(logits.device).reshape(logits.shape);
        var isIgnored = wanted.eq(answers.Ignored);
        var yes = wanted.masked_fill(isIgnored, Operand(0)) * Operand(answers.PositiveWeight);
        var no = wanted.neg().AddTo(Operand(1)).masked_fill(isIgnored, Operand(0));
        var ofYes = nn.functional.logsigmoid(logits);
        _logLikelihood += (yes * ofYes).AddTo(no * ofYes.Subtract(logits)).sum().item<double>();
        var counts = yes.AddTo(no);
        var p = logits.sigmoid();
        return OutputCurvature.Independent(
            counts * p * p.neg().AddTo(Operand(1)), counts.eq(Operand(1)).all().item<bool>() ? null : counts);
    }

    private OutputCurvature AddNumbers(GaussianLikelihood numbers, Tensor outputs, Tensor targets)
    {
        var (mean, variance) = numbers.Read(outputs);
        var wanted = targets.to(ScalarType.Float64).to(mean.device);
        if (wanted.dim() == 1)
            wanted = wanted.unsqueeze(1);
        if (!wanted.shape.AsSpan().SequenceEqual(mean.shape))
            throw new ArgumentException(
                $"Targets of shape [{string.Join(", ", targets.shape)}] do not fit means [{string.Join(", ", mean.shape)}]: one for "
                + "each output.",
                nameof(targets));
        Tensor? counts = null;
        if (numbers.IgnoresNaN && wanted.isnan().any().item<bool>())
        {
            counts = wanted.isnan().logical_not().to(ScalarType.Float64);
            wanted = where(wanted.isnan(), mean, wanted);
        }

        var squares = (wanted.Subtract(mean).Squared() / variance).sum().item<double>();
        if (!double.IsFinite(squares))
            throw new ArgumentException(
                "Targets, or the outputs of the network for them, are NaN or infinite: leave these examples out. Where NaN means that "
                + "there is no target, say so: model.UseLikelihood(likelihood.IgnoringNaN()).", nameof(targets));
        var known = counts is null ? mean.numel() : counts.sum().item<double>();
        _squares += squares;
        _numbers += known;
        _logLikelihood -= 0.5 * (squares + Counted(variance.log()).sum().item<double>() + known * Math.Log(2 * Math.PI));

        // Behind the means there may be logarithms of variances, s = log v, whose Fisher information is 1/2 each.
        var curvatures = Counted(Operand(1) / variance);
        if (outputs.dim() != 2 || outputs.shape[1] != 2 * mean.shape[1])
            return OutputCurvature.Independent(curvatures, counts);
        var halves = Counted(full_like(curvatures, Operand(0.5), dtype: curvatures.dtype, device: curvatures.device));
        return OutputCurvature.Independent(cat([curvatures, halves], 1), counts);

        Tensor Counted(Tensor all) => counts is null ? all : all * counts;
    }
}
