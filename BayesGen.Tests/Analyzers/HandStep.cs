using BayesGen.Tests.SourceGenerator;

namespace BayesGen.Tests.Analyzers;

/// <summary>A training step by hand in a method, for the rules about such steps.</summary>
internal static class HandStep
{
    public static string In(string body) => TestSources.Classifier + $$"""

        public static class User
        {
            public static void Step(
                BayesianClassifier model, ElboLoss loss, Module<Tensor, Tensor> plain, optim.Optimizer optimizer,
                System.Collections.Generic.List<(Tensor, Tensor)> batches, Tensor x, Tensor y)
            {
                {{body}}
            }

            private static Tensor Penalty(WeightDraw draw) => draw["fc2.weight"].sum();
            private static Tensor Plain(Tensor value) => value;
        }
        """;
}
