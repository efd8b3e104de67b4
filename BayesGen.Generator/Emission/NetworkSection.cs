using BayesGen.SourceGeneration.Model;
using BayesGen.SourceGeneration.Names;
using static BayesGen.SourceGeneration.Emission.CSharpText;

namespace BayesGen.SourceGeneration.Emission;

/// <summary>How a network becomes a Bayesian one, and what is seen of it; the base class has the rest.</summary>
internal static class NetworkSection
{
    public static void Write(NetworkModel model, SourceWriter writer)
    {
        using var region = writer.Region("The network");
        if (model.Refusal is null)
            WriteWorking(model.Host, writer);
        else
            WriteRefusing(model, writer);
    }

    private static void WriteWorking(HostModel host, SourceWriter writer) => writer.Write($$"""
        /// <summary>Takes a network over: its weights start as the means of their posteriors.</summary>
        /// <param name="network">The plain network, built outside any dispose scope. The wrapper owns it from now on.</param>
        /// <exception cref="global::System.ArgumentNullException">There is no network.</exception>
        /// <exception cref="global::System.InvalidOperationException">
        /// An annotated layer is not registered with the network, or no weight gets a posterior.
        /// </exception>
        public {{host.WrapperName}}({{host.NetworkType}} network)
            : base(network, {{Literal(host.WrapperName)}})
        {
            Posterior = new PosteriorMap(Arena, "");
            Prior = new PriorMap(Arena, "");
        }

        /// <summary>The posteriors, by layer.</summary>
        public PosteriorMap Posterior { get; }

        /// <summary>The priors, by layer.</summary>
        public PriorMap Prior { get; }
        """);

    private static void WriteRefusing(NetworkModel model, SourceWriter writer) => writer.Write($$"""
        private const string Refusal = {{Literal(model.Refusal!)}};

        /// <summary>Throws: the network cannot be wrapped as it is.</summary>
        /// <param name="network">The plain network.</param>
        public {{model.Host.WrapperName}}({{model.Host.NetworkType}} network)
            : base({{Literal(model.Host.WrapperName)}}) => {{Throw}};

        /// <summary>The plain network.</summary>
        public {{model.Host.NetworkType}} Network => {{Throw}};

        /// <summary>The memory of the network.</summary>
        public {{RuntimeNames.Arena}} Arena => {{Throw}};

        /// <summary>The posteriors, by layer.</summary>
        public PosteriorMap Posterior => {{Throw}};

        /// <summary>The priors, by layer.</summary>
        public PriorMap Prior => {{Throw}};
        """);
}
