namespace BayesGen.Reporting;

/// <summary>Whether the best number of a metric is the highest, by its name.</summary>
internal static class MetricDirection
{
    private static readonly HashSet<string> Higher =
    [
        "accuracy", "acc", "top1accuracy", "top5accuracy", "balancedaccuracy", "auroc", "rocauc", "auc", "prauc", "auprc", "aucpr",
        "averageprecision", "ap", "map", "meanaverageprecision", "f1", "f1score", "macrof1", "microf1", "precision", "recall",
        "sensitivity", "specificity", "elbo", "loglikelihood", "logdensity", "r2", "mcc", "kappa", "iou", "miou", "dice",
    ];

    private static readonly HashSet<string> Lower =
    [
        "loss", "error", "errorrate", "fit", "nll", "negativeloglikelihood", "logloss", "crossentropy", "perplexity", "deviance", "brier",
        "brierscore", "ece", "expectedcalibrationerror", "ace", "adaptivecalibrationerror", "classwiseece", "classwisecalibrationerror",
        "classwiseace", "classwiseadaptivecalibrationerror", "rmse", "rootmeansquarederror", "mse", "meansquarederror", "squarederror",
        "mae", "meanabsoluteerror", "absoluteerror", "mape", "crps", "pinball", "pinballloss", "intervalscore", "winklerscore",
    ];

    /// <summary>Whether higher is better; null where the name says nothing. Case and what is no letter or digit do not count.</summary>
    /// <param name="name">The name of the metric.</param>
    public static bool? Of(string name)
    {
        // "1 - accuracy" and "-ELBO" turn a figure around, and the letters alone would not show it.
        if (name.TrimStart().StartsWith('-') || name.Contains(" - ", StringComparison.Ordinal))
            return null;
        var letters = string.Concat(name.Where(char.IsLetterOrDigit)).ToLowerInvariant();
        return Higher.Contains(letters) ? true : Lower.Contains(letters) ? false : null;
    }
}
