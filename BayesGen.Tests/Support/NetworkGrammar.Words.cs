namespace BayesGen.Tests.Support;

/// <summary>The words that the grammar chooses from.</summary>
internal sealed partial class NetworkGrammar
{
    private static readonly (string Type, string Value)[] Layers =
    [
        ("Linear", "Linear(2, 3)"), ("Linear", "Linear(2, 3, hasBias: false)"), ("Linear", "Linear(2, 3, Environment.Is64BitProcess)"),
        ("Linear?", "null"), ("Linear", "null!"), ("Bilinear", "Bilinear(2, 3, 3)"), ("Conv1d", "Conv1d(1, 2, 3, bias: false)"),
        ("Conv2d", "Conv2d(1, 2, 3, padding: 1)"), ("Conv3d", "Conv3d(1, 2, 3)"), ("ConvTranspose2d", "ConvTranspose2d(1, 2, 3)"),
        ("Embedding", "Embedding(4, 3)"), ("LSTM", "LSTM(2, 3)"), ("GRU", "GRU(2, 3)"), ("RNN", "RNN(2, 3)"),
        ("MultiheadAttention", "MultiheadAttention(4, 2)"), ("BatchNorm2d", "BatchNorm2d(3)"), ("LayerNorm", "LayerNorm(3)"),
        ("GroupNorm", "GroupNorm(1, 2)"), ("ReLU", "ReLU()"), ("Dropout", "Dropout()"), ("MaxPool2d", "MaxPool2d(2)"),
        ("Sequential", "Sequential(Linear(2, 3), ReLU())"), ("Module<Tensor, Tensor>", "Sequential(Linear(2, 3))"),
        ("IModule<Tensor, Tensor>", "Linear(2, 3)"), ("torch.nn.Module", "Linear(2, 3)"), ("Parameter", "new(ones(1))"),
        ("Parameter?", "null"), ("ModuleList<Linear>", "new()"), ("ModuleDict<Linear>", "new()"), ("ModuleList<Inner>", "new()"),
        ("ModuleDict<Inner>?", "null"), ("Inner", "new()"), ("Inner?", "null"), ("Own", "new()"), ("Own.Hidden<int>", "new()"),
        ("TransformerEncoderLayer", "TransformerEncoderLayer(4, 2, 8)"), ("global::TorchSharp.Modules.Linear", "Linear(1, 1)"),
    ];

    private static readonly (string Type, string Value)[] Others =
    [
        ("int", "3"), ("string?", "null"), ("Linear[]", "[]"), ("Linear?[][,]", "[]"),
        ("global::System.Collections.Generic.List<Linear>", "[]"),
        ("global::System.Collections.Generic.Dictionary<string, Conv2d>", "[]"), ("(Linear, int)", "default"), ("Tensor", "ones(1)"),
        ("Func<Linear>", "() => Linear(1, 1)"), ("dynamic", "null!"), ("object", "new()"), ("Inner[]", "[]"),
        ("global::System.Type", "typeof(int)"),
    ];

    private static readonly string[] Names =
    [
        "fc", "_fc", "__fc", "fc1", "Fc", "FC", "conv_1", "_1", "@class", "@event", "@int", "@base", "@this", "@void",
        "@namespace", "value",
        "field", "record", "file", "var", "dynamic", "nameof", "async", "await", "partial", "where", "yield", "get", "set",
        "global", "args",
        "größe", "変数", "ñ", "Ж", "ﬀ", "\\u0066oo", "x\\u0301y", "ıI", "ǆ", "network", "plan", "prefix", "name", "module", "arena",
        "Arena", "Network",
        "Posterior", "Prior", "posteriorMap", "StateKeys", "stateKeys", "Describe", "Refusal", "CreateTrainer", "isDisposed", "_isDisposed",
        "toString", "equals", "getHashCode", "getType", "weight", "bias", "mask", "mu", "index", "System", "TorchSharp", "BayesGen",
        "registered", "tensors", "isAt", "adoptDevice", "innerFc", "allFc", "forward_", "training_", "arena_", "fcOf",
        "nullable", "notnull",
    ];

    private static readonly string[] Families =
    [
        "Gaussian", "Gaussian", "LogUniform", "LogUniform", "SparseDropout", "Family.Gaussian", "global::BayesGen.Family.LogUniform",
        "(Family)1",
        "typeof(GaussianPosterior)", "typeof(LogUniformPosterior)", "(Family)77", "typeof(string)", "typeof(Posterior)", "Chosen",
    ];

    private static readonly string[] Options =
    [
        "PriorScale = 0.5", "PriorScale = 2", "PriorScale = 1e-320", "PriorScale = 1e30", "PriorScale = -1", "PriorScale = double.NaN",
        "PriorScale = double.PositiveInfinity", "PriorScale = Scale", "InitialLogSigma = -4", "InitialLogSigma = 0.1f",
        "InitialLogSigma = double.NegativeInfinity", "InitialLogSigma = double.NaN", "InitialLogSigma = -0.0", "IncludeBias = false",
        "IncludeBias = true", "Prior = typeof(GaussianPrior)", "Prior = typeof(LaplacePrior)", "Prior = typeof(LogUniformPrior)",
        "Prior = typeof(int)", "Prior = null", "Prior = typeof(Wide)", "Prior = typeof(global::System.Collections.Generic.List<>)",
        "Estimator = Estimator.Local", "Estimator = Estimator.WeightSampling", "Estimator = (Estimator)9",
        "Groups = UnitAxis.Inputs", "Groups = UnitAxis.Outputs", "Groups = UnitAxis.Default", "Groups = (UnitAxis)9",
    ];

    private static readonly string[] Losses =
    [
        "", "", "", "Loss = typeof(ElboLoss)", "Loss = typeof(GaussianKLLoss)", "Loss = typeof(LogUniformKLLoss)",
        "Loss = typeof(RenyiLoss)",
        "Loss = typeof(string)", "Loss = null", "Loss = typeof(VariationalLoss)",
    ];

    private static readonly (string Base, string Parameters, string Result)[] Modules =
    [
        ("Module<Tensor, Tensor>", "Tensor x", "Tensor"),
        ("Module<Tensor, Tensor>", "Tensor x", "Tensor"),
        ("torch.nn.Module<Tensor, Tensor>", "Tensor @in", "Tensor"),
        ("Module<Tensor, Tensor, Tensor>", "Tensor x, Tensor mask", "Tensor"),
        ("Module<Tensor, (Tensor, Tensor)>", "Tensor x", "(Tensor, Tensor)"),
        ("Module<(Tensor a, int b), Tensor?>", "(Tensor a, int b) pair", "Tensor?"),
        ("Module<Tensor?, Tensor[], int>", "Tensor? x, Tensor[] @params", "int"),
        ("Module<string, Tensor, int, global::System.Collections.Generic.List<string?>>", "string s, Tensor t, int @this",
            "global::System.Collections.Generic.List<string?>"),
    ];
}
