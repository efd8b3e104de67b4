using System.Globalization;
using BayesGen.Prediction;

namespace BayesGen.Export;

/// <summary>What a file answers: the outputs of one network, or what draws of it say together.</summary>
/// <param name="Noise">What outputs of a regression mean; null for classes.</param>
/// <param name="Draws">The number of draws; 0 for one network.</param>
/// <param name="Outputs">The number of outputs of the network.</param>
internal sealed record CSharpAnswer(GaussianNoise? Noise, int Draws, int Outputs)
{
    /// <summary>The variance of the noise for outputs of zero, and whether the network gives its logarithm.</summary>
    public (double[] Variance, bool IsLearned)? NoiseNumbers()
    {
        if (Noise is null)
            return null;
        using var scope = NewDisposeScope();
        var (mean, variance) = Noise.Read(zeros([1, Outputs], dtype: ScalarType.Float64, device: CPU));
        return (variance.reshape(-1).data<double>().ToArray(), mean.shape[1] != Outputs);
    }

    /// <summary>The numbers that a caller gets for an example.</summary>
    public int Count => NoiseNumbers() is { IsLearned: true } ? Outputs / 2 : Outputs;

    /// <summary>The methods that a caller calls.</summary>
    /// <param name="input">The type of the input's numbers.</param>
    public string Methods(string input) => Draws == 0 ? Point(input) : Noise is null ? Classes(input) : Regression(input);

    private static string Point(string input) => $$"""
            /// <summary>What the network answers to one example, or to several one behind the other. Threads may call it at once.</summary>
            /// <param name="input">A multiple of <see cref="InputLength"/> numbers.</param>
            /// <param name="output">As many times <see cref="OutputLength"/> numbers.</param>
            public static void Predict(ReadOnlySpan<{{input}}> input, Span<float> output) =>
                Predict(input, output, t_scratch ??= new float[ScratchLength]);

            /// <summary>The same in memory of the caller's.</summary>
            /// <param name="input">A multiple of <see cref="InputLength"/> numbers.</param>
            /// <param name="output">As many times <see cref="OutputLength"/> numbers.</param>
            /// <param name="scratch">At least <see cref="ScratchLength"/> numbers, of one thread; what is in them does not matter.</param>
            public static void Predict(ReadOnlySpan<{{input}}> input, Span<float> output, Span<float> scratch)
            {
                var count = Count(input.Length, output.Length, nameof(output));
                if (scratch.Length < ScratchLength)
                    throw new ArgumentException(
                        $"The scratch memory has {scratch.Length} numbers; {ScratchLength} are needed.", nameof(scratch));
                for (var i = 0; i < count; i++)
                    Run(input.Slice(i * InputLength, InputLength), output.Slice(i * OutputLength, OutputLength), scratch, 0);
            }
        """;

    private string Classes(string input) => $$"""
            /// <summary>The number of draws from the posterior.</summary>
            public const int Draws = {{Draws}};

            /// <summary>The mean class probabilities of the draws. Threads may call it at once.</summary>
            /// <param name="input">A multiple of <see cref="InputLength"/> numbers.</param>
            /// <param name="probabilities">As many times <see cref="OutputLength"/> numbers.</param>
            public static void Predict(ReadOnlySpan<{{input}}> input, Span<float> probabilities) =>
                Predict(input, probabilities, default, default);

            /// <summary>The mean class probabilities of the draws, and how sure they are, in nats.</summary>
            /// <param name="input">A multiple of <see cref="InputLength"/> numbers.</param>
            /// <param name="probabilities">As many times <see cref="OutputLength"/> numbers.</param>
            /// <param name="entropy">For each example the entropy of the mean probabilities; empty where it is not asked for.</param>
            /// <param name="mutualInformation">For each example how much the draws disagree; empty where it is not asked for.</param>
            public static void Predict(
                ReadOnlySpan<{{input}}> input, Span<float> probabilities, Span<float> entropy, Span<float> mutualInformation)
            {
                var count = Count(input.Length, probabilities.Length, nameof(probabilities));
                if ((entropy.Length != 0 && entropy.Length < count) || (mutualInformation.Length != 0 && mutualInformation.Length < count))
                    throw new ArgumentException($"Entropy and mutual information need a number for each of {count} examples.");
                var scratch = t_scratch ??= new float[ScratchLength];
                Span<float> logits = stackalloc float[OutputLength];
                for (var i = 0; i < count; i++)
                {
                    var mean = probabilities.Slice(i * OutputLength, OutputLength);
                    mean.Clear();
                    var (whole, within) = (0.0, 0.0);
                    for (var draw = 0; draw < Draws; draw++)
                    {
                        Run(input.Slice(i * InputLength, InputLength), logits, scratch, draw);
                        Softmax(logits, logits, 1, OutputLength, 1, log: false);
                        for (var c = 0; c < OutputLength; c++)
                        {
                            mean[c] += logits[c] / Draws;
                            within -= logits[c] > 0 ? logits[c] * Math.Log(logits[c]) / Draws : 0;
                        }
                    }

                    foreach (var p in mean)
                        whole -= p > 0 ? p * Math.Log(p) : 0;
                    if (entropy.Length > 0)
                        entropy[i] = (float)whole;
                    if (mutualInformation.Length > 0)
                        mutualInformation[i] = (float)(whole - within);
                }
            }
        """;

    private string Regression(string input)
    {
        var (variance, isLearned) = NoiseNumbers()!.Value;
        var numbers = string.Join(", ", variance.Select(number => number.ToString("R", CultureInfo.InvariantCulture)));
        var noise = isLearned ? $"Noise[o] * Math.Exp(outputs[OutputLength + o])" : "Noise[o]";
        return $$"""
                /// <summary>The number of draws from the posterior.</summary>
                public const int Draws = {{Draws}};

                /// <summary>The variance of the noise of each output{{(isLearned ? ", times what the network says" : "")}}.</summary>
                private static ReadOnlySpan<double> Noise => [{{numbers}}];

                /// <summary>
                /// Mean and variance of the targets: of what the draws say, and of the noise. Threads may call it at once.
                /// </summary>
                /// <param name="input">A multiple of <see cref="InputLength"/> numbers.</param>
                /// <param name="mean">As many times <see cref="OutputLength"/> numbers.</param>
                /// <param name="variance">As many as <paramref name="mean"/>.</param>
                public static void Predict(ReadOnlySpan<{{input}}> input, Span<float> mean, Span<float> variance)
                {
                    var count = Count(input.Length, mean.Length, nameof(mean));
                    if (variance.Length < count * OutputLength)
                        throw new ArgumentException($"The variances need {count * OutputLength} numbers.", nameof(variance));
                    var scratch = t_scratch ??= new float[ScratchLength];
                    Span<float> outputs = stackalloc float[{{Outputs}}];
                    Span<double> sums = stackalloc double[3 * OutputLength];
                    for (var i = 0; i < count; i++)
                    {
                        sums.Clear();
                        for (var draw = 0; draw < Draws; draw++)
                        {
                            Run(input.Slice(i * InputLength, InputLength), outputs, scratch, draw);
                            for (var o = 0; o < OutputLength; o++)
                            {
                                // A running mean and its squared distances: the difference of two large sums would lose digits.
                                var distance = outputs[o] - sums[3 * o];
                                sums[3 * o] += distance / (draw + 1);
                                sums[3 * o + 1] += distance * (outputs[o] - sums[3 * o]);
                                sums[3 * o + 2] += {{noise}};
                            }
                        }

                        for (var o = 0; o < OutputLength; o++)
                        {
                            mean[i * OutputLength + o] = (float)sums[3 * o];
                            variance[i * OutputLength + o] = (float)((sums[3 * o + 1] + sums[3 * o + 2]) / Draws);
                        }
                    }
                }
            """;
    }
}
