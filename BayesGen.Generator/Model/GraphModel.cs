namespace BayesGen.SourceGeneration.Model;

/// <summary>What forward computes, as statements that build a graph; or why it cannot be followed.</summary>
/// <param name="Methods">The method of forward first, then those of the methods that it calls.</param>
/// <param name="Accessors">The ways to fields that generated code does not see.</param>
/// <param name="Refused">The expression that cannot be followed; null where everything is.</param>
/// <param name="Reason">Why it cannot be, as the rest of a sentence.</param>
internal sealed record GraphModel(
    EquatableArray<GraphMethodModel> Methods, EquatableArray<AccessorModel> Accessors, string? Refused, string? Reason);

/// <summary>What the file of a graph says.</summary>
/// <param name="Host">The names of the network and of its wrapper.</param>
/// <param name="Graph">What forward computes.</param>
internal sealed record GraphFileModel(HostModel Host, GraphModel Graph)
{
    /// <summary>The name of the file, beside that of the wrapper.</summary>
    public string HintName => Host.HintName.Substring(0, Host.HintName.Length - HostModel.Ending.Length) + ".Graph" + HostModel.Ending;
}

/// <summary>A method that adds what one of the network's methods computes.</summary>
/// <param name="Signature">Its result, name and parameters.</param>
/// <param name="Source">The method that it mirrors.</param>
/// <param name="Lines">Its statements, with the depth of their braces.</param>
internal sealed record GraphMethodModel(string Signature, string Source, EquatableArray<LineModel> Lines);

/// <summary>A line of generated code.</summary>
/// <param name="Depth">The braces around it.</param>
/// <param name="Text">The line.</param>
internal sealed record LineModel(int Depth, string Text);

/// <summary>An accessor of a field.</summary>
/// <param name="Name">The accessor.</param>
/// <param name="Field">The field.</param>
/// <param name="Type">The type of the field.</param>
/// <param name="DeclaringType">The class that declares it.</param>
internal sealed record AccessorModel(string Name, string Field, string Type, string DeclaringType);
