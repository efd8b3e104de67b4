using BayesGen.SourceGeneration.Model;
using static BayesGen.SourceGeneration.Emission.CSharpText;

namespace BayesGen.SourceGeneration.Emission;

/// <summary>The keys of the state as constants.</summary>
internal static class KeySection
{
    public static void Write(NetworkModel model, SourceWriter writer)
    {
        using var region = writer.Region("State keys");
        writer.Write("""
            /// <summary>
            /// The keys of the state. Where the layer's declaration proves its weights there is a constant for each tensor, else one for
            /// what their keys begin with.
            /// </summary>
            """);
        using var _ = writer.Braces("public static class StateKeys");
        var taken = new HashSet<string>();
        foreach (var (name, key) in model.Members.Where(member => member.HoldsWeights).SelectMany(KeysOf))
        {
            if (taken.Count > 0)
                writer.Blank();
            var unique = name;
            for (var i = 2; !taken.Add(unique); i++)
                unique = $"{name}_{i}";
            writer.Write($"""
                /// <summary><c>{Doc(key)}</c>{(key.EndsWith(".", StringComparison.Ordinal) ? " and what follows" : "")}.</summary>
                public const string {unique} = {Literal(key)};
                """);
        }
    }

    private static IEnumerable<(string Name, string Key)> KeysOf(MemberModel member)
    {
        if (member.Weights.Count == 0)
            yield return (member.Name + "Prefix", member.Key + ".");
        foreach (var weight in member.Weights)
        {
            var name = member.Name + Pascal(weight.Name);
            var key = weight.Name.Length == 0 ? member.Key : $"{member.Key}.{weight.Name}";
            if (!weight.IsBayesian)
            {
                yield return (name, key);
                continue;
            }

            if (member.Family!.ParameterNames.Count == 0)
            {
                yield return (name + "Prefix", key + ".");
                continue;
            }

            foreach (var parameter in member.Family.ParameterNames)
                yield return (name + Pascal(parameter), $"{key}.{parameter}");
            yield return (name + "Mask", key + ".mask");
        }
    }
}
