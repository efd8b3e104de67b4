using System.Collections.Immutable;
using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Layers;
using BayesGen.SourceGeneration.Reading;
using BayesGen.SourceGeneration.Schema;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace BayesGen.SourceGeneration.Analyzers;

/// <summary>Holds what networks save against BayesGen.State.txt, in projects that have that file.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class StateSchemaAnalyzer : DiagnosticAnalyzer
{
    /// <summary>The name of the property with the lines to put into the file, one below the other.</summary>
    public const string AddProperty = "Add";

    /// <summary>The name of the property with the lines to take out.</summary>
    public const string RemoveProperty = "Remove";

    /// <summary>The name of the property with the member that the lines belong to, by its old name where it has a new one.</summary>
    public const string MemberProperty = "Member";

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } =
        [Descriptors.StateLost, Descriptors.StateUnlisted, Descriptors.NoStateEntry];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (KnownTypes.From(start.Compilation) is not { } known
                || StateSchemaFile.Find(start.Options.AdditionalFiles, start.CancellationToken) is not { } file)
                return;
            start.RegisterSymbolAction(symbol => AnalyzeNetwork(symbol, file, known), SymbolKind.NamedType);
            start.RegisterAdditionalFileAction(additional =>
            {
                if (additional.AdditionalFile.Path == file.Path)
                    AnalyzeFile(additional, file, known);
            });
        });
    }

    private static void AnalyzeNetwork(SymbolAnalysisContext context, StateSchemaFile file, KnownTypes known)
    {
        var network = (INamedTypeSymbol)context.Symbol;
        if (!Annotations.IsNetwork(network, known)
            || StateSchemaReader.Read(network, known, context.CancellationToken) is not { } today)
            return;
        var formerly = FormerNameReader.Read(network, known).ToDictionary(former => former.Former, former => former.Key);
        var comparison = StateSchemaComparison.Of(file.EntriesOf(StateSchemaReader.NameOf(network)), today, formerly);
        foreach (var lost in comparison.Lost)
        {
            var member = lost.Today.FirstOrDefault()?.Member ?? (lost.Successors.Count == 1 ? lost.Successors[0] : null);
            var unlisted = lost.Today.Where(entry => !file.EntriesOf(entry.Network).Contains(entry));
            context.ReportDiagnostic(Diagnostic.Create(
                Descriptors.StateLost,
                LocationOf(member),
                lost.Successors.Select(LocationOf),
                Properties(lost.Member, unlisted, lost.Entries),
                network.ShortName(),
                Listed(lost.Entries),
                WhatToDo(lost)));
        }

        foreach (var unlisted in comparison.Unlisted)
            context.ReportDiagnostic(Diagnostic.Create(
                Descriptors.StateUnlisted,
                LocationOf(unlisted.Member),
                Properties(unlisted.Member, unlisted.Entries, unlisted.Replaced),
                unlisted.Member,
                network.ShortName(),
                Listed(unlisted.Entries)));

        Location LocationOf(string? member) => NetworkField.Of(network, known)
            .Where(field => field.Key == member)
            .SelectMany(field => field.Member.Locations)
            .Concat(network.Locations)
            .FirstOrDefault(location => location.IsInSource) ?? Location.None;
    }

    private static string WhatToDo(LostState lost)
    {
        if (lost.Today.Count > 0)
            return $"'{lost.Today[0].Member}' saves {Listed(lost.Today)}; make it what it was, or give the old lines up in {StateSchemaFile.Name}";
        return lost.Successors.Count == 0
            ? $"it has no member '{lost.Member}'; bring it back, or remove the lines from {StateSchemaFile.Name}"
            : $"if {string.Join(" or ", lost.Successors.Select(name => $"'{name}'"))} is the old '{lost.Member}', put "
                + $"[FormerlyKnownAs(\"{lost.Member}\")] on it; if not, remove the lines from {StateSchemaFile.Name}";
    }

    private static void AnalyzeFile(AdditionalFileAnalysisContext context, StateSchemaFile file, KnownTypes known)
    {
        var seen = new HashSet<string>();
        foreach (var line in file.Lines)
            if (line.Entry is null || !seen.Add(line.Text))
                context.ReportDiagnostic(Diagnostic.Create(
                    Descriptors.NoStateEntry,
                    file.LocationOf(line),
                    line.Text,
                    line.Entry is null
                        ? "an entry reads 'Namespace.Network: key -> family', and a comment begins with #"
                        : "it is there already; remove one of the two"));

        var networks = new HashSet<string>(HostReader.TypesIn(context.Compilation.Assembly.GlobalNamespace, context.CancellationToken)
            .Where(type => Annotations.IsNetwork(type, known))
            .Select(StateSchemaReader.NameOf));
        foreach (var lines in file.Lines.Where(line => line.Entry is { } entry && !networks.Contains(entry.Network))
            .GroupBy(line => line.Entry!.Network))
        {
            var entries = file.EntriesOf(lines.Key);
            context.ReportDiagnostic(Diagnostic.Create(
                Descriptors.StateLost,
                file.LocationOf(lines.First()),
                Properties(lines.Key, [], entries),
                lines.Key,
                Listed(entries),
                "there is no such Bayesian neural network; list the keys under the new name of the class, which files do not hold, or remove the lines"));
        }
    }

    private static string Listed(IEnumerable<StateEntry> entries) =>
        string.Join(", ", entries.Select(entry => $"'{entry.Key}' ({entry.Content})"));

    private static ImmutableDictionary<string, string?> Properties(
        string member, IEnumerable<StateEntry> add, IEnumerable<StateEntry> remove) => ImmutableDictionary<string, string?>.Empty
            .Add(MemberProperty, member)
            .Add(AddProperty, string.Join("\n", add))
            .Add(RemoveProperty, string.Join("\n", remove));
}
