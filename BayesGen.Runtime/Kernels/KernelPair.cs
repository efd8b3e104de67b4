namespace BayesGen.Kernels;

/// <summary>
/// One kernel for floats and for doubles, kept: to find a generic method of a class by its type takes longer than a small run.
/// </summary>
internal readonly record struct KernelPair(KernelFunction<float> Single, KernelFunction<double> Twice);
