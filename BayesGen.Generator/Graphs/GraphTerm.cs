namespace BayesGen.SourceGeneration.Graphs;

/// <summary>What an expression of a forward is in the method that describes it.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Code">The expression in the generated method.</param>
internal readonly record struct GraphTerm(TermKind Kind, string Code)
{
    public bool IsNone => Kind == TermKind.None;

    /// <summary>Of a number: whether it may have a fraction, so that it is no size.</summary>
    public bool IsReal { get; init; }

    /// <summary>Of a module: whether it gives several tensors, where the source shows it.</summary>
    public bool GivesMany { get; init; }

    public bool IsWhole => Kind == TermKind.Size || Kind == TermKind.Number && !IsReal;
}

/// <summary>The kinds of expressions that can be followed.</summary>
internal enum TermKind
{
    /// <summary>It cannot be followed.</summary>
    None,

    /// <summary>A tensor.</summary>
    Tensor,

    /// <summary>An array or tuple of tensors.</summary>
    Tensors,

    /// <summary>The shape of a tensor; its code is the tensor.</summary>
    Shape,

    /// <summary>A size of a tensor, or computed from such.</summary>
    Size,

    /// <summary>A number that does not depend on the input.</summary>
    Number,

    /// <summary>True or false, not depending on the input.</summary>
    Flag,

    /// <summary>A module.</summary>
    Module,

    /// <summary>A ModuleList.</summary>
    Modules,

    /// <summary>Nothing there: null or default.</summary>
    Nothing,
}
