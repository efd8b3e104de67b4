using System.Runtime.InteropServices;
using BayesGen.Data;
using BayesGen.Execution;
using BayesGen.Likelihoods;
using BayesGen.Parameters;

namespace BayesGen.Training;

/// <summary>
/// A network and its fit loss on batches: on the right device, in the layout that the network likes, and with errors that name what did
/// not fit.
/// </summary>
/// <param name="model">The network.</param>
/// <param name="forward">Computes its output.</param>
/// <param name="fitLoss">The loss on the data.</param>
/// <param name="device">Where batches are moved to; null is the device of the weights.</param>
/// <param name="channelsLast">As TrainerOptions.ChannelsLast.</param>
/// <param name="likelihood">What targets are held against; null holds them against nothing.</param>
internal sealed class BatchForward(
    IBayesianNetwork model, Func<Tensor, Tensor> forward, FitLoss fitLoss, Device? device, bool? channelsLast,
    Likelihood? likelihood = null)
{
    private readonly ImageLayout _layout = new(model.Arena.Network, model.InEvaluationMode, forward, channelsLast);

    /// <summary>What is known of the targets of the training; an evaluation has its own.</summary>
    public TargetCheck OfTraining { get; set; }

    /// <summary>Computes the output of the network for inputs that were moved.</summary>
    public Func<Tensor, Tensor> Forward => forward;

    /// <summary>Lets go of a batch that was made for whoever takes it.</summary>
    public static void LetGo(BatchSource source, (Tensor Inputs, Tensor Targets) batch)
    {
        if (!source.HandsOverBatches)
            return;
        batch.Inputs.Dispose();
        batch.Targets.Dispose();
    }

    /// <summary>A batch as the network takes it.</summary>
    public (Tensor Inputs, Tensor Targets) Move((Tensor Inputs, Tensor Targets) batch) =>
        (_layout.Of(OnDevice(batch.Inputs)), OnDevice(batch.Targets));

    /// <summary>The output of the network.</summary>
    public Tensor Output(Tensor inputs) => Output(forward, inputs);

    /// <summary>
    /// The output of a network. TorchSharp's native errors name operators; users need to know which of their tensors did not fit.
    /// </summary>
    public static Tensor Output(Func<Tensor, Tensor> forward, Tensor inputs)
    {
        try
        {
            return forward(inputs);
        }
        catch (Exception exception) when (exception is ExternalException or ArgumentException)
        {
            throw new InvalidOperationException(
                $"The network cannot take a batch of shape [{string.Join(", ", inputs.shape)}] and dtype {inputs.dtype}: "
                + FirstLine(exception),
                exception);
        }
    }

    /// <summary>Holds all targets of a data set against the likelihood, where they are at hand.</summary>
    /// <exception cref="ArgumentException">A target does not fit; its row is named.</exception>
    public TargetCheck CheckTargets(BatchSource data)
    {
        if (likelihood is null)
            return new TargetCheck(IsDone: true);
        if (data.Whole is not [_, var targets])
            return default;
        likelihood.CheckTargets(targets);
        var (least, words) = likelihood.LogitsFor(targets);
        return new TargetCheck(IsDone: true, least, words);
    }

    /// <summary>The same of a batch. One that lies on a device would be waited for, and is taken as it is.</summary>
    public void CheckTargets(Tensor targets)
    {
        if (targets.device_type == DeviceType.CPU)
            likelihood?.RequireTargets(targets, "example {0} of a batch");
    }

    /// <summary>The mean fit loss per example of the training.</summary>
    public Tensor Fit(Tensor output, Tensor targets) => Fit(output, targets, OfTraining);

    /// <summary>The mean fit loss per example.</summary>
    public Tensor Fit(Tensor output, Tensor targets, TargetCheck check)
    {
        if (check.LeastLogits > 0 && output.dim() > 1 && output.size(1) < check.LeastLogits)
            throw new InvalidOperationException(
                $"{check.Words}, and the network gives logits of {output.size(1)} classes, 0 to {output.size(1) - 1}: its output has shape "
                + $"[{string.Join(", ", output.shape)}]."
                + (output.size(1) == 1 ? " One logit of yes or no is TrainerOptions.Likelihood = Likelihood.Bernoulli()." : ""));
        return Fit(fitLoss, output, targets);
    }

    /// <summary>The mean of a fit loss per example, with errors that name what did not fit.</summary>
    public static Tensor Fit(FitLoss fitLoss, Tensor output, Tensor targets)
    {
        try
        {
            return fitLoss.Mean(output, targets);
        }
        catch (Exception exception) when (exception is ExternalException or ArgumentException)
        {
            throw new InvalidOperationException(
                $"The fit loss '{fitLoss.Name}' cannot take outputs of shape [{string.Join(", ", output.shape)}] with targets of shape "
                + $"[{string.Join(", ", targets.shape)}] and dtype {targets.dtype}: {FirstLine(exception)}",
                exception);
        }
    }

    private Tensor OnDevice(Tensor tensor) => tensor.to(device ?? model.Arena.Device);

    private static string FirstLine(Exception exception) => exception.Message.Split('\n')[0];
}
