using Microsoft.CodeAnalysis;

namespace BayesGen.SourceGeneration.Reading;

/// <summary>Entries of the file that the network would not find in files saved by them.</summary>
/// <param name="Member">The key of the member that they belong to.</param>
/// <param name="Entries">The entries.</param>
/// <param name="Successors">Members that may be this one under a new name.</param>
/// <param name="Today">What the member saves today; nothing where there is no such member.</param>
internal sealed record LostState(
    string Member, IReadOnlyList<StateEntry> Entries, IReadOnlyList<string> Successors, IReadOnlyList<StateEntry> Today);

/// <summary>Entries of a member that the file does not list.</summary>
/// <param name="Member">The key of the member.</param>
/// <param name="Entries">The entries.</param>
/// <param name="Replaced">Entries of the file that say the same less well, or more than is known.</param>
internal sealed record UnlistedState(string Member, IReadOnlyList<StateEntry> Entries, IReadOnlyList<StateEntry> Replaced);

/// <summary>What a network saves beside what the file says of it.</summary>
/// <param name="Lost">By member, in the order of the file.</param>
/// <param name="Unlisted">By member, in the order of the class.</param>
internal sealed record StateSchemaComparison(IReadOnlyList<LostState> Lost, IReadOnlyList<UnlistedState> Unlisted)
{
    /// <summary>Compares.</summary>
    /// <param name="listed">The entries of the file.</param>
    /// <param name="today">The entries of the class.</param>
    /// <param name="formerly">From old names of members to those of today.</param>
    public static StateSchemaComparison Of(
        IReadOnlyList<StateEntry> listed, IReadOnlyList<StateEntry> today, IReadOnlyDictionary<string, string> formerly)
    {
        var members = today.GroupBy(entry => entry.Member).ToDictionary(group => group.Key, group => group.ToList());
        // The file keeps the entries of old names: saved files have them forever, and the attribute must not get lost either.
        string Renamed(string member) => !members.ContainsKey(member) && formerly.TryGetValue(member, out var name) ? name : member;

        var known = new HashSet<string>(listed.Select(entry => Renamed(entry.Member)));
        var lost = listed
            .Where(entry => !today.Any(entry.Under(Renamed(entry.Member)).IsFoundBy))
            .GroupBy(entry => entry.Member)
            .Select(group => new LostState(
                group.Key,
                [.. group],
                members.ContainsKey(Renamed(group.Key)) ? [] : [.. SuccessorsOf(group.Key)],
                members.TryGetValue(Renamed(group.Key), out var still) ? still : []))
            .ToList();
        // Where a key is lost, that has to be settled first.
        var unsettled = new HashSet<string>(lost.SelectMany(loss => loss.Successors.Concat(loss.Today.Select(entry => entry.Member))));
        var unlisted = today
            .Where(entry => !listed.Contains(entry) && !unsettled.Contains(entry.Member))
            .GroupBy(entry => entry.Member)
            .Select(group => new UnlistedState(
                group.Key,
                [.. group],
                [.. listed.Where(entry => entry.Member == group.Key && !today.Contains(entry))]));
        return new StateSchemaComparison(lost, [.. unlisted]);

        IEnumerable<string> SuccessorsOf(string member) => members
            .Where(candidate => !known.Contains(candidate.Key)
                && listed.Where(entry => entry.Member == member)
                    .All(entry => candidate.Value.Any(entry.Under(candidate.Key).IsFoundBy))
                && candidate.Value.All(entry => listed.Any(old => old.Member == member && old.Under(candidate.Key).IsFoundBy(entry))))
            .Select(candidate => candidate.Key);
    }
}
