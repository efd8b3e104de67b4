using BayesGen.SourceGeneration.Names;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Simplification;

namespace BayesGen.CodeFixes;

/// <summary>Attributes as a developer of BayesGen writes them: in the brackets that are there, else in front of the declaration.</summary>
internal static class Annotation
{
    /// <summary>The [Bayesian] of a declaration.</summary>
    public static AttributeSyntax? On(MemberDeclarationSyntax member, SemanticModel semantics) => member.AttributeLists
        .SelectMany(list => list.Attributes)
        .FirstOrDefault(attribute => semantics.GetSymbolInfo(attribute) is var found
            && (found.Symbol ?? found.CandidateSymbols.FirstOrDefault())?.ContainingType.Name == RuntimeNames.BayesianAttribute.Name);

    /// <summary>Adds an attribute to a field or property, on the line it stands on.</summary>
    /// <param name="member">The declaration.</param>
    /// <param name="attribute">The attribute with full names, which become shorter where they can.</param>
    public static MemberDeclarationSyntax AddTo(MemberDeclarationSyntax member, string attribute)
    {
        if (member.AttributeLists.LastOrDefault(list => list.Target is null) is not { } list)
            return InFrontOf(member, attribute, SyntaxFactory.Space);
        var comma = SyntaxFactory.Token(SyntaxTriviaList.Empty, SyntaxKind.CommaToken, [SyntaxFactory.Space]);
        return member.ReplaceNode(list, list.WithAttributes(SyntaxFactory.SeparatedList(
            [.. list.Attributes, Parse(attribute).Attributes[0]],
            [.. list.Attributes.GetSeparators().Take(list.Attributes.Count - 1), comma])));
    }

    /// <summary>Adds an attribute in brackets of its own, with what is to stand between them and the declaration.</summary>
    public static MemberDeclarationSyntax InFrontOf(MemberDeclarationSyntax member, string attribute, params SyntaxTrivia[] between)
    {
        var list = Parse(attribute).WithLeadingTrivia(member.GetLeadingTrivia()).WithTrailingTrivia(between);
        var bare = member.WithoutLeadingTrivia();
        return bare.WithAttributeLists(bare.AttributeLists.Insert(0, list));
    }

    /// <summary>The attribute goes, and its brackets too where nothing else is in them; what stood before the member stays.</summary>
    public static MemberDeclarationSyntax Remove(MemberDeclarationSyntax member, AttributeSyntax attribute)
    {
        var list = (AttributeListSyntax)attribute.Parent!;
        if (list.Attributes.Count > 1)
            return member.ReplaceNode(list, list.WithAttributes(list.Attributes.Remove(attribute)));
        var shorter = member.WithAttributeLists(member.AttributeLists.Remove(list));
        return shorter.WithLeadingTrivia(member.GetLeadingTrivia());
    }

    /// <summary>Parsed, since the formatter would give nodes made by hand a line of their own.</summary>
    private static AttributeListSyntax Parse(string attribute)
    {
        var list = SyntaxFactory.ParseMemberDeclaration($"[{attribute}] int x;")!.AttributeLists[0];
        return list.ReplaceNodes(
            list.DescendantNodes().OfType<NameSyntax>().Where(name => name.Parent is not NameSyntax),
            (name, _) => name.WithAdditionalAnnotations(Simplifier.Annotation));
    }
}
