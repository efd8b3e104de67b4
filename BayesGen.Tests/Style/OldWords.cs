using System.Text.RegularExpressions;

namespace BayesGen.Tests.Style;

/// <summary>Words that this project gave up, each with the word to use: one word for one thing, the word of the field.</summary>
internal static class OldWords
{
    public static IReadOnlyList<OldWord> All { get; } =
    [
        // Names of the house, for things that have a name in the field.
        OldWord.Declared("Way", "TrainingVariant"),
        OldWord.Declared("Subject", "CheckCase"),
        OldWord.Declared("Ledger", "CheckReport"),
        OldWord.Part("Yardstick", "baseline"),
        OldWord.Declared("Lanes", "VectorMath"),
        OldWord.Part("FlatLoop", "KernelRunner"),
        OldWord.Part("FlatRows", "KernelRows"),
        OldWord.Part("SlopesKernel", "AxpyKernel"),
        OldWord.Part("DrawCount", "samples: a draw is the time a sample is in the network"),
        OldWord.Part("NumberOfDraws", "samples"),
        OldWord.Part("DrawsPerStep", "samples"),
        OldWord.Part("DrawTeam", "SampleExecutor"),
        OldWord.Part("DrawMember", "SampleWorker"),
        OldWord.Part("DrawSums", "SampleAccumulator"),
        OldWord.Part("DrawWeights", "ImportanceWeights"),
        OldWord.Part("WeightLoan", "WeightOverride"),
        OldWord.Part("Loan", "override"),
        OldWord.Part("Borrow", "Override or UseWeights"),
        OldWord.Declared("Rest", "Restore"),
        OldWord.Part("Resting", "UseWeights or Restore"),
        OldWord.Declared("Follow", "CopyFrom"),
        OldWord.Part("ReasonNotToLead", "MismatchWith"),
        OldWord.Declared("Hear", "OnForward"),
        OldWord.Part("RequireHeard", "RequireHookRan"),
        OldWord.Part("RaiseVersions", "BumpVersions"),
        OldWord.Part("MakeZero", "ZeroInPlace"),
        OldWord.Declared("TensorNumbers.Over", "DivideBy"),
        OldWord.Declared("TensorNumbers.Times", "MultiplyBy"),
        OldWord.Declared("TensorNumbers.Plus", "AddTo"),
        OldWord.Declared("Tiny", "Epsilon"),
        OldWord.Declared("Rim", "PaddingSizes"),
        OldWord.Part("KeptAsNumber", "a name that says what is kept"),
        OldWord.Declared("ArenaDraw.Keep", "MaskValues"),
        OldWord.Declared("ProcessMemory.Keep", "MallocTuning.Apply"),
        OldWord.Part("EpochPlace", "EpochCursor"),
        OldWord.Part("StepReading", "PendingStepResult"),
        OldWord.Part("TrainingConditions", "RunFingerprint"),
        OldWord.Part("TrainingCounters", "TrainerState"),
        OldWord.Part("SavedOptimizer", "OptimizerSerializer"),
        OldWord.Part("WholeFile", "AtomicFile"),
        OldWord.Part("FileSeal", "FileChecksum"),
        OldWord.Part("ProcessMemory", "MallocTuning"),
        OldWord.Part("SleepWhenIdle", "UsePassiveWait"),
        OldWord.Declared("Surroundings", "CompilationFingerprint"),
        OldWord.Part("ModelMemory", "ModelCache"),
        OldWord.Part("Lettering", "Fonts"),
        OldWord.Part("Picture", "chart for a plot, image for what a network reads"),
        OldWord.Part("Judgement", "evaluation"),
        OldWord.Part("Judgment", "evaluation"),
        OldWord.Part("ToldApart", "OutOfDistribution, or distinguished"),
        OldWord.Part("Survival", "resilience"),
        OldWord.Declared("Damping", "LearningRateScale"),
        OldWord.Part("MaximalGradientNorm", "MaxGradientNorm"),
        OldWord.Declared("LearningRates", "LearningRateSchedules"),
        OldWord.Declared("Interval.Interval", "Bounds"),
        OldWord.Part("Heir", "derived class"),
        OldWord.Part("ClipRadius", "TrustRadius"),

        // Phrases.
        OldWord.Prose("(is|are|was|be|being|as) no numbers?(?! of)", "NaN"),
        OldWord.Prose("(the|its) run time", "the runtime (and 'at run time')"),
        OldWord.Prose("(goes|go|going|went) on (with|without|from|where|using|computing|answering)", "continues"),
        OldWord.Prose("shall", "will, must or should"),
        OldWord.Prose("Bayesian networks?", "Bayesian neural network: a Bayesian network is a directed graph of variables"),
        OldWord.Prose("anew", "again"),
        OldWord.Prose("told apart", "distinguished; out-of-distribution detection"),
        OldWord.Prose("pictures?", "chart for a plot, image for what a network reads"),
        OldWord.Prose("heirs?", "derived class"),
        OldWord.Prose("yardsticks?", "baseline"),
        OldWord.Prose("(towards|afterwards|backwards|whilst|amongst|thereof|hitherto|henceforth|thrice|unto)", "the plain word"),
        OldWord.Prose("round (the|its|their|them|it|each|every)", "around"),

        // Spelling.
        OldWord.Stem("alis(e|ed|es|er|ing|ation)\\b", "-alize: normalize, initialize, generalize"),
        OldWord.Stem("(minim|maxim|optim)is(e|ed|es|er|ing|ation)", "-ize: minimize, optimize"),
        OldWord.Stem("(emphas|recogn|organ|summar|random|standard|categor|synchron|memor|custom|factor|parameter|regular|linear|quant|util)"
            + "is(e|ed|es|er|ers|ing|ation|ations)", "-ize"),
        OldWord.Stem("(neighb|col|behavi|fav|hon)our", "-or: neighbor, color, behavior"),
        OldWord.Stem("cent(re|red|ring)\\b", "center"),
        OldWord.Stem("(cancel|label|model|signal|travel|level|channel)l(ed|ing)", "one l: canceled, labeled, modeling"),
        OldWord.Prose("greys?", "gray"),
        OldWord.Stem("(artefact|catalogue|defence|misspelt|learnt)", "artifact, catalog, defense, misspelled, learned"),
    ];

    /// <summary>All patterns at once: most lines have none of them.</summary>
    private static readonly Regex AnyPattern = new(
        string.Join('|', All.Select(word => word.TextPattern).OfType<string>()), RegexOptions.IgnoreCase | RegexOptions.Compiled);

    /// <summary>The words of the list that a piece of text has.</summary>
    public static IEnumerable<OldWord> InText(string text) => AnyPattern.IsMatch(text) ? All.Where(word => word.IsIn(text)) : [];
}
