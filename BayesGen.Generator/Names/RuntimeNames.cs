namespace BayesGen.SourceGeneration.Names;

/// <summary>
/// Every type of the runtime that the generator, the analyzers and the code fixes know by name. It is the one place that follows when the
/// runtime moves or renames a type; a test looks each of them up in the runtime.
/// </summary>
internal static class RuntimeNames
{
    /// <summary>The name of the library: it signs generated code and stands in front of every namespace.</summary>
    public const string Library = "BayesGen";

    /// <summary>What a first page of code needs: annotations, families, losses, options.</summary>
    public const string FirstPage = Library;

    private const string CompilerServices = Library + ".CompilerServices";
    private const string Likelihoods = Library + ".Likelihoods";
    private const string Parameters = Library + ".Parameters";
    private const string Pruning = Library + ".Pruning";
    private const string Structure = Library + ".Structure";
    private const string Training = Library + ".Training";
    private const string Variational = Library + ".Variational";

    #region Annotations

    public static readonly RuntimeType BayesianAttribute = new(FirstPage, "BayesianAttribute");
    public static readonly RuntimeType NetworkAttribute = new(FirstPage, "BayesianNetworkAttribute");
    public static readonly RuntimeType DeterministicAttribute = new(FirstPage, "DeterministicAttribute");
    public static readonly RuntimeType FormerNameAttribute = new(FirstPage, "FormerlyKnownAsAttribute");
    public static readonly RuntimeType Family = new(FirstPage, "Family");
    public static readonly RuntimeType Estimator = new(FirstPage, "Estimator");
    public static readonly RuntimeType UnitAxis = new(FirstPage, "UnitAxis");

    #endregion

    #region Posteriors and priors

    public static readonly RuntimeType FamilyAttribute = new(Variational, "PosteriorFamilyAttribute");
    public static readonly RuntimeType ShippedFamilyAttribute = new(Variational, "ShippedFamilyAttribute");
    public static readonly RuntimeType ParameterAttribute = new(Variational, "PosteriorParameterAttribute");
    public static readonly RuntimeType ClosedFormAttribute = new(Variational, "ClosedFormKlAttribute");
    public static readonly RuntimeType IvonPosterior = new(Variational, "GaussianPosterior");
    public static readonly RuntimeType IvonPrior = new(Variational, "GaussianPrior");
    public static readonly RuntimeType Posterior = new(Variational, "Posterior");
    public static readonly RuntimeType PosteriorInterface = new(Variational, "IPosterior", Arity: 1);
    public static readonly RuntimeType ClosedForm = new(Variational, "IHasClosedFormKl");
    public static readonly RuntimeType Density = new(Variational, "IHasDensity");
    public static readonly RuntimeType Prior = new(Variational, "Prior");
    public static readonly RuntimeType ProperPrior = new(Variational, "ProperPrior");
    public static readonly RuntimeType WeightOptions = new(Variational, "WeightOptions");

    #endregion

    #region Losses

    public static readonly RuntimeType Loss = new(FirstPage, "VariationalLoss");
    public static readonly RuntimeType Scores = new(Variational, "IScores", Arity: 1);
    public static readonly RuntimeType DefaultLoss = new(FirstPage, "ElboLoss");
    public static readonly RuntimeType RenyiLoss = new(FirstPage, "RenyiLoss");
    public static readonly RuntimeType LossTerms = new(FirstPage, "LossTerms");
    public static readonly RuntimeType FitLoss = new(FirstPage, "FitLoss");
    public static readonly RuntimeType Likelihood = new(Likelihoods, "Likelihood");
    public static readonly RuntimeType FitReduction = new(FirstPage, "FitReduction");

    #endregion

    #region Networks and training

    public static readonly RuntimeType Wrapper = new(Parameters, "IBayesianNetwork");
    public static readonly RuntimeType Arena = new(Parameters, "NetworkArena");
    public static readonly RuntimeType Draw = new(Parameters, "WeightDraw");
    public static readonly RuntimeType Trainer = new(Training, "VariationalTrainer");
    public static readonly RuntimeType TrainerOptions = new(FirstPage, "TrainerOptions");
    public static readonly RuntimeType IvonOptions = new(FirstPage, "IvonOptions");
    public static readonly RuntimeType Thresholds = new(Pruning, "Thresholds");

    #endregion

    #region What generated code alone calls

    /// <summary>With one type parameter more for each input after the first.</summary>
    public static readonly RuntimeType WrapperBase = new(CompilerServices, "BayesianModule", Arity: 3);

    public static readonly RuntimeType AnnotatedNetworks = new(CompilerServices, "AnnotatedNetworks");
    public static readonly RuntimeType NetworkPlan = new(Parameters, "NetworkPlan");
    public static readonly RuntimeType PosteriorGroup = new(CompilerServices, "PosteriorGroup", Arity: 1);
    public static readonly RuntimeType WeightPosterior = new(CompilerServices, "WeightPosterior", Arity: 1);
    public static readonly RuntimeType WeightBiasPosterior = new(CompilerServices, "WeightBiasPosterior", Arity: 1);
    public static readonly RuntimeType PriorGroup = new(CompilerServices, "PriorGroup");
    public static readonly RuntimeType WeightPrior = new(CompilerServices, "WeightPrior");
    public static readonly RuntimeType WeightBiasPrior = new(CompilerServices, "WeightBiasPrior");

    #endregion

    #region Graphs

    public static readonly RuntimeType GraphBuilder = new(Structure, "GraphBuilder");
    public static readonly RuntimeType GraphValue = new(Structure, "GraphValue");
    public static readonly RuntimeType GraphSize = new(Structure, "GraphSize");
    public static readonly RuntimeType FollowedNetworks = new(CompilerServices, "FollowedNetworks");

    #endregion
}
