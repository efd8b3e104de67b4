using BayesGen.Data;

namespace BayesGen.Datasets;

/// <summary>A data set's training part and its test part. Owns both.</summary>
/// <param name="Train">The examples to learn from.</param>
/// <param name="Test">The examples to judge by, never to be trained on.</param>
public sealed record TrainTest(TensorDataSet Train, TensorDataSet Test) : IDisposable
{
    /// <summary>Frees both parts.</summary>
    public void Dispose()
    {
        Train.Dispose();
        Test.Dispose();
    }
}
