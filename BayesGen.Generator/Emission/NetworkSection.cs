using BayesGen.SourceGeneration.Model;
using BayesGen.SourceGeneration.Names;
using static BayesGen.SourceGeneration.Emission.CSharpText;

namespace BayesGen.SourceGeneration.Emission;

/// <summary>The network that is wrapped, its memory, and what is seen of it.</summary>
internal static class NetworkSection
{
    public static void Write(NetworkModel model, SourceWriter writer)
    {
        using var region = writer.Region("The network and its memory");
        if (model.Refusal is null)
            WriteWorking(model.Host, writer);
        else
            WriteRefusing(model, writer);
    }

    private static void WriteWorking(HostModel host, SourceWriter writer) => writer.Write($$"""
        private bool _isDisposed;

        /// <summary>Takes a network over: its weights start as the means of their posteriors.</summary>
        /// <param name="network">The plain network, built outside any dispose scope. The wrapper owns it from now on.</param>
        /// <exception cref="global::System.ArgumentNullException">There is no network.</exception>
        /// <exception cref="global::System.InvalidOperationException">
        /// An annotated layer is not registered with the network, or no weight gets a posterior.
        /// </exception>
        public {{host.WrapperName}}({{host.NetworkType}} network)
            : base(network is null
                ? throw new global::System.ArgumentNullException(nameof(network), {{Literal($"{host.WrapperName} wraps a {host.NetworkName}: give it one.")}})
                : {{Literal(host.WrapperName)}})
        {
            Network = network;
            Arena = new {{RuntimeNames.Arena}}(network);
            Posterior = new PosteriorMap(Arena, "");
            Prior = new PriorMap(Arena, "");
            AdoptDevice();
        }

        /// <summary>The plain network. The wrapper owns it: its weights are those of the last draw, or the mean or MAP.</summary>
        public {{host.NetworkType}} Network { get; }

        /// <summary>The memory of the network: draws, keys and state.</summary>
        public {{RuntimeNames.Arena}} Arena { get; }

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
