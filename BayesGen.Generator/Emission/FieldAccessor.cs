using static BayesGen.SourceGeneration.Emission.CSharpText;

namespace BayesGen.SourceGeneration.Emission;

/// <summary>A method that reaches a field which generated code does not see.</summary>
internal static class FieldAccessor
{
    private const string Attribute = "global::System.Runtime.CompilerServices.UnsafeAccessor";

    /// <summary>Writes the method.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="name">The name of the method.</param>
    /// <param name="field">The name of the field.</param>
    /// <param name="type">The type of the field.</param>
    /// <param name="declaringType">The class that declares it.</param>
    public static void Write(SourceWriter writer, string name, string field, string type, string declaringType) => writer.Write($"""

        [{Attribute}({Attribute}Kind.Field, Name = {Literal(field)})]
        private static extern ref {type} {name}({declaringType} network);
        """);
}
