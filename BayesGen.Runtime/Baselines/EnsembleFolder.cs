using System.Globalization;

namespace BayesGen.Baselines;

/// <summary>Where the state files of an ensemble are: <c>member-1.safetensors</c> and so on in one folder.</summary>
/// <param name="path">The folder.</param>
internal sealed class EnsembleFolder(string path)
{
    private const string Prefix = "member-";
    private const string Extension = ".safetensors";

    /// <summary>The name of a member, from 0; checkpoints have it too.</summary>
    public static string NameOf(int member) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{member + 1}");

    /// <summary>The file of a member, from 0.</summary>
    public string FileOf(int member) => Path.Combine(path, NameOf(member) + Extension);

    /// <summary>The files of an ensemble, in order.</summary>
    /// <exception cref="FileNotFoundException">There are not two, or one between them is missing; it is named.</exception>
    public IReadOnlyList<string> Files()
    {
        var members = Members();
        if (members.Count == 0)
            throw new FileNotFoundException(
                $"There is no ensemble in '{path}': expected {NameOf(0)}{Extension} and {NameOf(1)}{Extension} at least.", FileOf(0));
        var expected = Math.Max(2, members.Max() + 1);
        for (var i = 0; i < expected; i++)
            if (!members.Contains(i))
                throw new FileNotFoundException(
                    $"'{NameOf(i)}{Extension}' is missing in '{path}', where other members of an ensemble are: it has at least two, "
                    + "numbered without a gap. Bring the file back, or save the ensemble again.", FileOf(i));
        return [.. Enumerable.Range(0, expected).Select(FileOf)];
    }

    /// <summary>Deletes the files of members from a number on.</summary>
    public void DeleteFrom(int member)
    {
        foreach (var other in Members().Where(other => other >= member))
            File.Delete(FileOf(other));
    }

    /// <summary>The numbers of the members that have a file, from 0.</summary>
    private HashSet<int> Members() => !Directory.Exists(path) ? [] : [.. Directory.EnumerateFiles(path, $"{Prefix}*{Extension}")
        .Select(file => Path.GetFileNameWithoutExtension(file)[Prefix.Length..])
        .Select(number => int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var one) ? one - 1 : -1)
        .Where(member => member >= 0 && File.Exists(FileOf(member)))];
}
