using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BayesGen.CodeFixes;

/// <summary>The [Bayesian] of a declaration.</summary>
internal static class Annotation
{
    public static AttributeSyntax? On(MemberDeclarationSyntax member, SemanticModel semantics) => member.AttributeLists
        .SelectMany(list => list.Attributes)
        .FirstOrDefault(attribute => semantics.GetSymbolInfo(attribute) is var found
            && (found.Symbol ?? found.CandidateSymbols.FirstOrDefault())?.ContainingType.Name == "BayesianAttribute");
}
