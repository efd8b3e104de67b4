using BayesGen.Kernels;

namespace BayesGen.Laplace;

/// <summary>What goes into and out of the Gaussian layers while a batch runs through the network.</summary>
/// <param name="layers">The layers.</param>
internal sealed class LayerSignals(IReadOnlyList<LaplaceLayer> layers)
{
    private nint _handedOn;
    private readonly (Tensor Input, Tensor Output)?[] _seen = new (Tensor, Tensor)?[layers.Count];

    /// <summary>The outputs of the network for the last batch.</summary>
    public Tensor Outputs { get; private set; } = zeros(0, dtype: ScalarType.Float64, device: CPU);

    /// <summary>Whether there is one layer and the network puts out what it does: then no slope has to be computed.</summary>
    public bool AreOutputsOfLayer => layers.Count == 1 && _seen[0] is var (_, output)
        && TensorMemory.AddressOf(Outputs) == _handedOn && output.shape.AsSpan().SequenceEqual(Outputs.shape)
        && output.detach().eq(Outputs.detach()).all().item<bool>();

    /// <summary>Runs a batch. The tensors belong to the dispose scope around.</summary>
    /// <exception cref="NotSupportedException">A layer runs several times, or not on rows [N, in].</exception>
    public void Run(Func<Tensor, Tensor> forward, Tensor batch)
    {
        Array.Clear(_seen);
        var removals = new List<Action>();
        try
        {
            for (var i = 0; i < layers.Count; i++)
            {
                var place = i;
                removals.Add(layers[i].Module.register_forward_hook((_, input, output) => Note(place, input, output)).remove);
            }

            Outputs = forward(batch);
        }
        finally
        {
            foreach (var remove in removals)
                remove();
        }

        for (var i = 0; i < layers.Count; i++)
            if (_seen[i] is null)
                throw new NotSupportedException(
                    $"The forward of the network does not call the layer '{layers[i].Key}', so it has no part in the answer. Call it by "
                    + ".call(), or annotate another.");
    }

    /// <summary>The inputs of a layer, [N, in].</summary>
    public Tensor Inputs(int layer) => layers[layer].Augmented(Plain(layer));

    /// <summary>The same as the layer gets them.</summary>
    public Tensor Plain(int layer) => _seen[layer]!.Value.Input.detach();

    /// <summary>
    /// Carries rows of factors at the outputs of the network back to those of each layer: for each layer [N, R, out].
    /// </summary>
    /// <param name="factors">[N, R, C].</param>
    public Tensor[] Slopes(Tensor factors)
    {
        var outputs = _seen.Select(seen => seen!.Value.Output).ToArray();
        var rows = factors.shape[1];
        var slopes = outputs.Select(_ => new List<Tensor>()).ToArray();
        for (var r = 0; r < rows; r++)
        {
            var direction = factors.select(1, r).to(Outputs.dtype).reshape(Outputs.shape);
            var found = autograd.grad([Outputs], outputs, [direction], retain_graph: r + 1 < rows, create_graph: false, allow_unused: true);
            for (var i = 0; i < outputs.Length; i++)
            {
                var output = outputs[i];
                var slope = found[i] is { IsInvalid: false } given
                    ? given
                    : zeros_like(output, dtype: output.dtype, device: output.device, requires_grad: false);
                slopes[i].Add(slope.to(ScalarType.Float64));
            }
        }

        return [.. slopes.Select(list => stack(list, 1))];
    }

    /// <summary>Keeps what goes through a layer; what it returns goes on, and hangs on what is kept.</summary>
    private Tensor Note(int place, Tensor input, Tensor output)
    {
        if (_seen[place] is not null)
            throw new NotSupportedException(
                $"The layer '{layers[place].Key}' runs several times in one forward, and this posterior is for layers that run once.");
        if (input.dim() != 2)
            throw new NotSupportedException(
                $"The layer '{layers[place].Key}' reads inputs of shape [{string.Join(", ", input.shape)}]; this posterior is for layers "
                + "that read rows [N, in]: flatten before the layer, or annotate another.");

        // Handles of our own: a container may dispose what it hands on.
        var kept = output.alias();
        _seen[place] = (input.alias(), kept);

        // What follows may write in place, and what is kept has to stay what the layer put out.
        var handed = kept.clone();
        _handedOn = TensorMemory.AddressOf(handed);
        return handed;
    }
}
