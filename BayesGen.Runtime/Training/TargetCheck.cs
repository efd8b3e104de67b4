namespace BayesGen.Training;

/// <summary>What is known of the targets of a data set.</summary>
/// <param name="IsDone">Whether nothing is left to be checked batch by batch.</param>
/// <param name="LeastLogits">The least number of logits that they ask for; 0 where they ask for none.</param>
/// <param name="Words">The words about the target that does.</param>
internal readonly record struct TargetCheck(bool IsDone, long LeastLogits = 0, string Words = "");
