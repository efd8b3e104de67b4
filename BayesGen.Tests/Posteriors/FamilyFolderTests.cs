using System.Text.RegularExpressions;
using BayesGen.Tests.Package;
using BayesGen.Tests.Support;

namespace BayesGen.Tests;

/// <summary>
/// What is known of a family stands in its folder: no other source of the runtime or the generator names a family or a class of its folder,
/// comments aside.
/// </summary>
public class FamilyFolderTests
{
    /// <summary>Who may, and why.</summary>
    private static readonly Dictionary<string, string> MayName = new()
    {
        ["BayesianAttribute.cs"] = "the family of [Bayesian] without an argument",
        ["GaussianKLLoss.cs"] = "a loss of this family alone",
        ["LogUniformKLLoss.cs"] = "a loss of this family alone",
        ["IvonLoss.cs"] = "IVON is an algorithm for Gaussians",
        ["IvonDivergence.cs"] = "the same",
        ["LaplaceLayer.cs"] = "a Laplace approximation is a Gaussian",
        ["LastLayerModel.cs"] = "the posterior of a last layer is a Gaussian",
        ["FitLoss.cs"] = "a likelihood of the same name",
        ["RuntimeNames.cs"] = "the posterior that IVON moves",
    };

    [Fact]
    public void NoFamilyIsNamedOutsideOfItsFolder()
    {
        var names = NamesToKeep();
        Assert.True(names.Count >= 3 * ShippedPosteriors.All.Count, string.Join(", ", names));
        var found = Sources()
            .SelectMany(file => Named(file.Text, names).Select(name => (File: Path.GetFileName(file.Path), Name: name)))
            .Distinct()
            .ToList();
        Assert.Equal([], found.Where(use => !MayName.ContainsKey(use.File)));
        // An exception that nothing needs would hide the next one.
        Assert.Equal(MayName.Keys.Order(), found.Select(use => use.File).Distinct().Order());
    }

    [Fact]
    public void ANameInAStringOrAMemberOfTheEnumerationIsSeen()
    {
        var names = NamesToKeep();
        var (family, type) = ShippedPosteriors.All.First();
        Assert.Equal([type.Name], Named($"var a = x is {type.Name};", names));
        Assert.Equal([$"\"{type.Name}\""], Named($"a.Name == \"{type.Name}\"", names));
        Assert.Equal([$"Family.{family}"], Named($"var a = Family.{family};", names));
        Assert.Equal([$"\"{family}\""], Named($"\"{family}\" => 1", names));
        Assert.Equal([], Named($"/// <see cref=\"{type.Name}\"/>\n// {type.Name}\nvar {family} = 1;", names));
    }

    /// <summary>The names of the classes in the folders, which files are called by.</summary>
    private static List<string> NamesToKeep() =>
    [
        .. ShippedPosteriors.All.Keys.SelectMany(family => Directory.EnumerateFiles(Folder(family), "*.cs"))
            .Select(path => Path.GetFileNameWithoutExtension(path)!),
        .. ShippedPosteriors.All.Keys.Select(family => $"Family.{family}"),
        .. ShippedPosteriors.All.Keys.Select(family => $"\"{family}\""),
    ];

    private static IEnumerable<(string Path, string Text)> Sources() =>
        ((string[])["BayesGen.Runtime", "BayesGen.Generator"])
            .Select(project => Path.Combine(PackedRepository.Root, project))
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories))
            .Where(path => !Regex.IsMatch(path, @"[\\/](obj|bin)[\\/]"))
            .Where(path => ShippedPosteriors.All.Keys.All(family => !path.StartsWith(Folder(family), StringComparison.Ordinal)))
            .Select(path => (path, File.ReadAllText(path)));

    private static string Folder(string family) => ShippedPosteriors.FolderOf(family) + Path.DirectorySeparatorChar;

    private static IEnumerable<string> Named(string text, IReadOnlyList<string> names)
    {
        // Neither comments nor the annotation that a message gives as an example.
        var code = Regex.Replace(text, @"//.*|\[Bayesian\([\w.]*\)\]", "");
        return names
            .Select(name => char.IsLetter(name[0]) ? $@"""?(?<!\w){Regex.Escape(name)}\b""?" : name)
            .Select(pattern => Regex.Match(code, pattern))
            .Where(match => match.Success)
            .Select(match => match.Value);
    }
}
