namespace BayesGen.Prediction;

/// <summary>Takes the outputs of a batch draw by draw, and makes of them what is known about its examples.</summary>
internal interface IPredictiveSums
{
    /// <summary>The number of examples whose batches have ended.</summary>
    int Examples { get; }

    /// <summary>
    /// Takes the output of the next draw for the running batch; what is kept moves to the dispose scope around the present one.
    /// </summary>
    void Add(Tensor output);

    /// <summary>All draws have answered: turns their sums into numbers.</summary>
    /// <param name="inputs">What they were asked, to say whose fault an answer is that is NaN; null where it is not known.</param>
    void EndBatch(Tensor? inputs = null);
}
