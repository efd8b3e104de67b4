using BayesGen.SourceGeneration.Model;
using BayesGen.SourceGeneration.Names;
using static BayesGen.SourceGeneration.Emission.CSharpText;

namespace BayesGen.SourceGeneration.Emission;

/// <summary>The ways to a trainer. What a loss has to score is a constraint, so that the compiler is the judge.</summary>
internal static class TrainerSection
{
    private static readonly string Trainer = RuntimeNames.Trainer.InCode;
    private static readonly string Options = RuntimeNames.TrainerOptions.InCode;

    public static void Write(NetworkModel model, SourceWriter writer)
    {
        using var region = writer.Region("Trainer");
        var visibility = model.Families.All(family => family.IsPublic) ? "public" : "internal";
        var (extra, extraDoc, pass, forward) = model.Forward.IsTensorToTensor
            ? ("", "", "", model.Forward.MayBeNull ? "batch => call(batch)!" : "call")
            : ("global::System.Func<global::TorchSharp.torch.Tensor, global::TorchSharp.torch.Tensor> forward, ",
                "\n/// <param name=\"forward\">Runs the wrapper on a batch, which is one tensor, and gives the prediction.</param>",
                "forward, ",
                "forward");

        // A generic network, which is refused but declared, may have a parameter of that name.
        var loss = "TLoss";
        while (model.Host.TypeParameters.Contains(loss))
            loss += "_";

        writer.Write($$"""
            /// <summary>A trainer that minimizes {{SeeType(model.DefaultLoss)}}.</summary>{{extraDoc}}
            /// <param name="options">How to train.</param>
            /// <returns>The trainer; dispose it before the network.</returns>
            """);
        var defaultHead = $"{visibility} {Trainer} CreateTrainer({extra}{Options} options)";
        writer.Write(model.Refusal is null
            ? $"{defaultHead} =>\n    CreateTrainer({pass}new {model.DefaultLoss}(), options);"
            : $"{defaultHead} => {Throw};");

        writer.Write($$"""

            /// <summary>A trainer that minimizes a loss of your choice. It has to score {{Doc(FamilyNames(model))}}.</summary>
            /// <typeparam name="{{loss}}">The loss.</typeparam>{{extraDoc}}
            /// <param name="loss">What to minimize.</param>
            /// <param name="options">How to train.</param>
            /// <returns>The trainer; dispose it before the network.</returns>
            {{visibility}} {{Trainer}} CreateTrainer<{{loss}}>({{extra}}{{loss}} loss, {{Options}} options)
                where {{loss}} : {{RuntimeNames.Loss}}{{string.Concat(model.Families.Select(Scores))}} =>
                {{(model.Refusal is null ? $"new {Trainer}(this, {forward}, loss, options)" : Throw)}};
            """);
        if (!model.Forward.IsTensorToTensor)
            WriteGuards(model, writer);
        if (!model.HasIvon)
            return;
        writer.Write($$"""

            /// <summary>
            /// A trainer that moves the Gaussian posterior by IVON: natural gradients, and widths from curvatures. It is here because every
            /// annotated weight is Gaussian, under a Gaussian prior.
            /// </summary>{{extraDoc}}
            /// <param name="options">How to train.</param>
            /// <param name="ivon">How IVON moves; null is the default.</param>
            /// <returns>The trainer; dispose it before the network.</returns>
            public {{Trainer}} CreateIvonTrainer({{extra}}{{Options}} options, {{RuntimeNames.IvonOptions}}? ivon = null) =>
                {{(model.Refusal is null ? $"{Trainer}.WithIvon(this, {forward}, options, ivon)" : Throw)}};
            """);
    }

    /// <summary>The calls that work for other networks: the compiler says what is missing, in place of a list of overloads.</summary>
    private static void WriteGuards(NetworkModel model, SourceWriter writer)
    {
        var inputs = string.Join(", ", model.Forward.Inputs.Select(input => input.Name));
        var message = Literal(
            $"A batch is one tensor, and {model.Host.NetworkName} is called with ({inputs}). Say how it runs on a batch, in a function "
            + "from the batch to the prediction: CreateTrainer(batch => model.call(...), options).");
        foreach (var parameters in new[] { $"{Options} options", $"{RuntimeNames.Loss} loss, {Options} options" })
            writer.Write($"""

                /// <summary>Cannot be called: a batch is one tensor, and the network takes something else.</summary>
                [global::System.Obsolete({message}, true)]
                [global::System.ComponentModel.EditorBrowsable(global::System.ComponentModel.EditorBrowsableState.Never)]
                public {Trainer} CreateTrainer({parameters}) => throw new global::System.NotSupportedException({message});
                """);
    }

    private static string Scores(FamilyModel family) => $", {RuntimeNames.Scores}<{family.Type}>";

    private static string FamilyNames(NetworkModel model) => model.Families.Count switch
    {
        0 => "nothing, as the network has no Bayesian weights that are known",
        1 => $"the {model.Families[0].Name} posterior",
        _ => $"the posteriors {string.Join(" and ", model.Families.Select(family => family.Name))}",
    };
}
