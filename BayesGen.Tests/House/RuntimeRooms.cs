using System.Text;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BayesGen.Tests.House;

/// <summary>The rooms of the runtime (its folders), the files in them, and who uses whom as the compiled assembly says.</summary>
internal sealed class RuntimeRooms
{
    /// <summary>The files that declare a type, by its full name as IL writes it.</summary>
    private readonly Dictionary<string, List<string>> _files = [];
    private readonly IReadOnlySet<(string User, string Used)> _uses;

    /// <param name="sources">The files, each under the path whose first folder is its room.</param>
    /// <param name="assembly">What they were compiled to.</param>
    public RuntimeRooms(IEnumerable<(string Name, string Text)> sources, string assembly)
    {
        foreach (var (name, text) in sources)
            foreach (var type in Types(text))
                (_files.TryGetValue(type, out var files) ? files : _files[type] = []).Add(name.Replace('\\', '/'));
        _uses = AssemblyUses.Of(assembly);
    }

    public static RuntimeRooms Current { get; } = new(RuntimeSources.All(), typeof(BayesianAttribute).Assembly.Location);

    /// <summary>The files of each type.</summary>
    public IReadOnlyDictionary<string, List<string>> Files => _files;

    public IEnumerable<string> Rooms => _files.Values.SelectMany(files => files).Select(RoomOf).Distinct().Order(StringComparer.Ordinal);

    /// <summary>The arrows between rooms, with the number of pairs of types behind each.</summary>
    public IReadOnlyDictionary<(string From, string To), int> Arrows => Pairs()
        .Select(pair => (From: RoomOf(pair.User), To: RoomOf(pair.Used)))
        .Where(pair => pair.From != pair.To)
        .CountBy(pair => pair)
        .ToDictionary();

    /// <summary>Groups of rooms that reach each other.</summary>
    public IReadOnlyList<IReadOnlyList<string>> RoomCycles() => Cycles(Rooms, Arrows.Keys.ToHashSet());

    /// <summary>Groups of files of one room that reach each other within the room.</summary>
    public IReadOnlyList<IReadOnlyList<string>> FileCycles()
    {
        var pairs = Pairs().Where(pair => pair.User != pair.Used && RoomOf(pair.User) == RoomOf(pair.Used)).ToHashSet();
        return Cycles(_files.Values.SelectMany(files => files).Distinct().Order(StringComparer.Ordinal), pairs);
    }

    /// <summary>Rooms from the ground up: each stands above all that it uses.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Floors()
    {
        var arrows = Arrows.Keys;
        var floors = new List<IReadOnlyList<string>>();
        var placed = new HashSet<string>();
        while (true)
        {
            string[] floor = [.. Rooms.Where(room => !placed.Contains(room)
                && arrows.Where(arrow => arrow.From == room).All(arrow => placed.Contains(arrow.To)))];
            if (floor.Length == 0)
                return floors;
            floors.Add(floor);
            placed.UnionWith(floor);
        }
    }

    /// <summary>The graph as the page of the documentation shows it.</summary>
    public string Drawn()
    {
        var text = new StringBuilder("```text\n");
        foreach (var floor in Floors().Reverse())
        {
            foreach (var room in floor)
            {
                var used = Arrows.Where(arrow => arrow.Key.From == room).OrderBy(arrow => arrow.Key.To, StringComparer.Ordinal)
                    .Select(arrow => arrow.Key.To);
                text.Append($"{room,-16}-> {string.Join(", ", used)}".TrimEnd().TrimEnd('>', '-').TrimEnd()).Append('\n');
            }

            text.Append('\n');
        }

        return text.ToString().TrimEnd() + "\n```\n";
    }

    public static string RoomOf(string file) => file.Split('/')[0];

    private string? FileOf(string type) => _files.TryGetValue(type, out var files) ? files[0] : null;

    private IEnumerable<(string User, string Used)> Pairs() => _uses
        .Select(use => (User: FileOf(use.User), Used: FileOf(use.Used)))
        .Where(pair => pair.User is not null && pair.Used is not null)
        .Select(pair => (pair.User!, pair.Used!))
        .Distinct();

    /// <summary>Groups of nodes that reach each other, by the transitive closure: graphs here are small.</summary>
    private static List<IReadOnlyList<string>> Cycles(IEnumerable<string> nodes, IReadOnlySet<(string From, string To)> arrows)
    {
        var next = arrows.ToLookup(arrow => arrow.From, arrow => arrow.To);
        var reached = nodes.ToDictionary(node => node, node => Reached(node, next));
        var groups = new List<IReadOnlyList<string>>();
        var seen = new HashSet<string>();
        foreach (var node in reached.Keys.Where(node => reached[node].Contains(node)))
        {
            if (!seen.Add(node))
                continue;
            string[] group = [node, .. reached[node].Where(other => other != node && reached[other].Contains(node))];
            seen.UnionWith(group);
            groups.Add([.. group.Order(StringComparer.Ordinal)]);
        }

        return groups;
    }

    private static HashSet<string> Reached(string start, ILookup<string, string> next)
    {
        var reached = new HashSet<string>();
        var open = new Stack<string>([start]);
        while (open.TryPop(out var node))
            foreach (var other in next[node])
                if (reached.Add(other))
                    open.Push(other);
        return reached;
    }

    private static IEnumerable<string> Types(string text)
    {
        var root = CSharpSyntaxTree.ParseText(text).GetCompilationUnitRoot();
        foreach (var space in root.Members.OfType<BaseNamespaceDeclarationSyntax>())
            foreach (var member in space.Members)
            {
                var (name, arity) = member switch
                {
                    TypeDeclarationSyntax type => (type.Identifier.Text, type.TypeParameterList?.Parameters.Count ?? 0),
                    EnumDeclarationSyntax type => (type.Identifier.Text, 0),
                    DelegateDeclarationSyntax type => (type.Identifier.Text, type.TypeParameterList?.Parameters.Count ?? 0),
                    _ => ("", 0),
                };
                yield return $"{space.Name}.{name}{(arity > 0 ? $"`{arity}" : "")}";
            }
    }
}
