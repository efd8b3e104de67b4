using System.Text.RegularExpressions;
using BayesGen.DataViews;
using BayesGen.Plots;
using BayesGen.Tests.Support;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.Data.Analysis;
using Microsoft.Extensions.Logging;
using Microsoft.ML;
using Spectre.Console;

namespace BayesGen.Tests.Docs;

/// <summary>A program of a page as the project of a reader compiles it: with the packages that the page names and no others.</summary>
internal static class DocumentedCompilation
{
    /// <summary>What <c>dotnet new console</c> and the package import by themselves.</summary>
    private static readonly string ImplicitUsings = PackageUsings.Source + """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    /// <summary>The file Usings.cs that the index of the pages shows.</summary>
    public static string SharedUsings => DocumentedProgram.Blocks(DocumentedPages.Read(DocumentedPages.Index)).First().Text;

    /// <param name="page">The page, which says what it references.</param>
    /// <param name="program">One of its programs.</param>
    /// <param name="usings">The text of Usings.cs.</param>
    public static CSharpCompilation Of(string[] page, DocumentedProgram program, string usings)
    {
        var compilation = GeneratorHarness.Compile([.. program.Files, usings, ImplicitUsings]);
        var named = string.Join('\n', page);
        Type[] packages =
        [
            .. References("BayesGen.Plots") ? (Type[])[typeof(Chart)] : [],
            .. References("BayesGen.DataViews") ? (Type[])[typeof(DataViewTable), typeof(IDataView), typeof(DataFrame)] : [],
            .. References("BayesGen.Mpi") ? (Type[])[typeof(BayesGen.Mpi.MpiGroup)] : [],
            .. References("BayesGen.Console") ? (Type[])[typeof(ConsoleReport), typeof(IAnsiConsole)] : [],
            // Comes with BayesGen itself.
            typeof(ILogger),
        ];
        return compilation
            .RemoveSyntaxTrees(compilation.SyntaxTrees.Single(tree => tree.FilePath == "Usings.cs"))
            .AddReferences(
                packages.Select(type => type.Assembly.Location).Distinct().Select(location => MetadataReference.CreateFromFile(location)))
            .WithOptions(
                compilation.Options.WithOutputKind(
                program.HasStatements ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary));

        bool References(string package) => Regex.IsMatch(named, $@"Reference Include=""[^""]*{Regex.Escape(package)}[./""]");
    }

    public static List<Diagnostic> Errors(Compilation compilation) =>
        [.. compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)];
}
