using System.Text.RegularExpressions;

namespace BayesGen.Tests.Docs;

/// <summary>The links and images of a page, and the anchors of its headings, as GitHub and docfx make them.</summary>
internal static partial class PageLinks
{
    /// <summary>What leads nowhere: a file that is not there, or a heading that the target does not have.</summary>
    /// <param name="text">The text of the page.</param>
    /// <param name="path">Its path, which relative links start from.</param>
    public static IEnumerable<string> Dead(string text, string path)
    {
        foreach (var target in Targets(text))
        {
            if (target.Contains("://", StringComparison.Ordinal) || target.StartsWith("mailto:", StringComparison.Ordinal))
                continue;
            var parts = target.Split('#', 2);
            var file = parts[0].Length == 0 ? path : Path.GetFullPath(parts[0], Path.GetDirectoryName(path)!);
            if (parts[0].Length > 0 && !Path.Exists(file))
                yield return $"{target}: there is no such file";
            else if (parts.Length == 2 && !Anchors(parts[0].Length == 0 ? text : File.ReadAllText(file)).Contains(parts[1]))
                yield return $"{target}: no heading has this anchor";
        }
    }

    /// <summary>The targets of links and images, those of HTML too, outside of code.</summary>
    public static IEnumerable<string> Targets(string text)
    {
        var prose = InlineCode().Replace(Fenced().Replace(text, ""), "");
        return Link().Matches(prose).Concat(Html().Matches(prose)).Select(match => match.Groups[1].Value);
    }

    /// <summary>Lower case, without punctuation, hyphens for spaces; the second of equal headings gets -1, and so on.</summary>
    public static IReadOnlySet<string> Anchors(string text)
    {
        var anchors = new HashSet<string>();
        foreach (Match heading in Heading().Matches(Fenced().Replace(text, "")))
        {
            var words = LinkText().Replace(heading.Groups[1].Value.Trim(), "$1").Replace("`", "", StringComparison.Ordinal);
            var anchor = NotInAnchors().Replace(words.ToLowerInvariant(), "").Replace(' ', '-');
            for (var number = 0; !anchors.Add(number == 0 ? anchor : $"{anchor}-{number}"); number++)
                continue;
        }

        return anchors;
    }

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fenced();

    [GeneratedRegex(@"(?<!`)`[^`\n]+`(?!`)")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"\]\(([^)\s]+)[^)]*\)")]
    private static partial Regex Link();

    [GeneratedRegex("<(?:img|a|source)[^>]*?(?:src|href|srcset)=\"([^\"]+)\"")]
    private static partial Regex Html();

    [GeneratedRegex(@"^#{1,6}[ \t]+(.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\[([^\]]*)\]\([^)]*\)")]
    private static partial Regex LinkText();

    [GeneratedRegex(@"[^\p{L}\p{N}_ -]")]
    private static partial Regex NotInAnchors();
}
