using System.Text.RegularExpressions;

namespace BayesGen.Tests.Docs;

/// <summary>The commands that a page tells its reader to give, in blocks of a shell and between backticks.</summary>
internal static partial class PageCommands
{
    private static readonly string[] Verbs = ["add", "build", "new", "pack", "publish", "run", "test", "tool"];

    private static readonly Lazy<string[]> Tests = new(() =>
    [
        .. typeof(PageCommands).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods().Select(method => $"{type.FullName}.{method.Name}")),
    ]);

    private static string Root => DocumentedPages.Root;

    /// <summary>The commands of a page, without comments and what stands before them.</summary>
    public static IEnumerable<string> Of(string page) =>
        from text in Block().Matches(page).SelectMany(block => block.Groups[1].Value.Split('\n'))
            .Concat(Span().Matches(AnyBlock().Replace(page, "")).Select(span => span.Groups[1].Value))
        from command in Comment().Replace(text, "").Split("&&")
        let start = Start().Match(command)
        where start.Success
        select start.Groups[1].Value.Trim();

    /// <summary>What of a command is not there.</summary>
    public static IEnumerable<string> Faults(string command)
    {
        var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words[0] != "dotnet")
            return OfScript(words);
        if (words.Length > 1 && !Verbs.Contains(words[1]))
            return [$"dotnet has no {words[1]}"];
        return [.. OfProject(command), .. OfFilter(command), .. OfTemplate(command)];
    }

    private static IEnumerable<string> OfScript(string[] words)
    {
        var path = Path.Combine(Root, words[0]);
        if (!File.Exists(path))
            return [$"{words[0]} is not there"];
        return words.Length > 1 && SubCommand().IsMatch(words[1]) && !File.ReadAllText(path).Contains(words[1], StringComparison.Ordinal)
            ? [$"{words[0]} knows no {words[1]}"]
            : [];
    }

    private static IEnumerable<string> OfProject(string command)
    {
        var project = Project().Match(command);
        if (!project.Success)
            yield break;
        var folder = Path.Combine(Root, project.Value);
        if (!Directory.Exists(folder) || Directory.GetFiles(folder, "*.csproj") is not [var file])
        {
            yield return $"{project.Value} has no project";
            yield break;
        }

        var linked = Linked().Matches(File.ReadAllText(file)).Select(link => Path.Combine(folder, link.Value.Replace('\\', '/')));
        var sources = string.Concat(
            linked.Prepend(folder).SelectMany(room => Directory.EnumerateFiles(room, "*.cs")).Select(File.ReadAllText));
        var given = command.IndexOf(" -- ", StringComparison.Ordinal);
        foreach (Match option in Option().Matches(given < 0 ? "" : command[given..]))
            if (!sources.Contains($"\"{option.Value}\"", StringComparison.Ordinal) && option.Value != "--help")
                yield return $"{project.Value} has no option {option.Value}";
    }

    /// <summary>A filter that matches nothing is no error.</summary>
    private static IEnumerable<string> OfFilter(string command) =>
        from name in Filter().Matches(command).Select(filter => filter.Groups[1].Value)
        where !Tests.Value.Any(test => test.Contains(name, StringComparison.Ordinal))
        select $"no test is called {name}";

    private static IEnumerable<string> OfTemplate(string command) =>
        from kind in Kind().Matches(command).Select(match => match.Groups[1].Value)
        where !Directory.EnumerateFiles(Path.Combine(Root, "BayesGen.Templates"), "template.json", SearchOption.AllDirectories)
            .Any(file => File.ReadAllText(file).Contains($"\"{kind}\"", StringComparison.Ordinal))
        select $"the template has no {kind}";

    [GeneratedRegex(@"^```(?:sh|bash|text)\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex AnyBlock();

    [GeneratedRegex(@"(?<!`)`([^`\n]+)`(?!`)")]
    private static partial Regex Span();

    [GeneratedRegex(@"\s+#\s.*$")]
    private static partial Regex Comment();

    /// <summary>What is set for the command, or starts it, stands before it.</summary>
    [GeneratedRegex(@"^\s*(?:\w+=\S+ )*(?:mpirun (?:-\S+ \S+ )*?)?((?:dotnet|build/[\w-]+\.sh|bench/[\w-]+\.sh|\.ci/run)(?: .*)?)$")]
    private static partial Regex Start();

    [GeneratedRegex(@"(?<=--project )(?:samples|bench)/\w+")]
    private static partial Regex Project();

    /// <summary>The folders whose sources are part of a project too.</summary>
    [GeneratedRegex(@"\.\.[^;""]*?(?=[\\/]\*\.cs)")]
    private static partial Regex Linked();

    [GeneratedRegex(@"(?<= )--[a-z][\w-]*")]
    private static partial Regex Option();

    [GeneratedRegex(@"FullyQualifiedName~(\w+)")]
    private static partial Regex Filter();

    [GeneratedRegex(@"dotnet new bayesgen.* --kind (\w+)")]
    private static partial Regex Kind();

    [GeneratedRegex(@"^[a-z]+$")]
    private static partial Regex SubCommand();
}
