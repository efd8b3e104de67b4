namespace BayesGen.Optimizers;

/// <summary>
/// An optimizer that tells its state as named tensors and numbers, for checkpoints. TorchSharp's own need not: they write their state
/// themselves.
/// </summary>
internal interface IStatefulOptimizer
{
    /// <summary>The tensors that a step reads and writes, by name. They are live: restoring writes into them.</summary>
    IReadOnlyList<KeyValuePair<string, Tensor>> StateTensors { get; }

    /// <summary>The numbers that a step reads and writes, by name.</summary>
    IReadOnlyDictionary<string, double> StateNumbers { get; }

    /// <summary>Takes numbers of <see cref="StateNumbers"/> back, after the tensors were written.</summary>
    /// <param name="numbers">The numbers by name.</param>
    void RestoreNumbers(IReadOnlyDictionary<string, double> numbers);
}
