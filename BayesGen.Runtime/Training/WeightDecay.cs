using TorchSharp.Modules;

namespace BayesGen.Training;

/// <summary>The weight decay of an optimizer: TorchSharp's have no common way to ask for it.</summary>
internal static class WeightDecay
{
    /// <summary>Whether an optimizer makes any of its parameters smaller by itself.</summary>
    public static bool IsIn(optim.Optimizer optimizer) => optimizer.ParamGroups.Any(group => Of(group) is > 0);

    /// <summary>Sets it to 0.</summary>
    public static void Remove(optim.Optimizer optimizer)
    {
        foreach (var group in optimizer.ParamGroups)
            SetZero(group);
    }

    private static double? Of(optim.ILearningRateController group) => group switch
    {
        Adam.ParamGroup adam => adam.Options.weight_decay,
        AdamW.ParamGroup adam => adam.Options.weight_decay,
        Adamax.ParamGroup adam => adam.Options.weight_decay,
        NAdam.ParamGroup adam => adam.Options.weight_decay,
        RAdam.ParamGroup adam => adam.Options.weight_decay,
        Adagrad.ParamGroup ada => ada.Options.weight_decay,
        Adadelta.ParamGroup ada => ada.Options.weight_decay,
        SGD.ParamGroup sgd => sgd.Options.weight_decay,
        ASGD.ParamGroup sgd => sgd.Options.weight_decay,
        RMSProp.ParamGroup rms => rms.Options.weight_decay,
        _ => null,
    };

    private static void SetZero(optim.ILearningRateController group)
    {
        switch (group)
        {
            case Adam.ParamGroup adam:
                adam.Options.weight_decay = 0;
                break;
            case AdamW.ParamGroup adam:
                adam.Options.weight_decay = 0;
                break;
            case Adamax.ParamGroup adam:
                adam.Options.weight_decay = 0;
                break;
            case NAdam.ParamGroup adam:
                adam.Options.weight_decay = 0;
                break;
            case RAdam.ParamGroup adam:
                adam.Options.weight_decay = 0;
                break;
            case Adagrad.ParamGroup ada:
                ada.Options.weight_decay = 0;
                break;
            case Adadelta.ParamGroup ada:
                ada.Options.weight_decay = 0;
                break;
            case SGD.ParamGroup sgd:
                sgd.Options.weight_decay = 0;
                break;
            case ASGD.ParamGroup sgd:
                sgd.Options.weight_decay = 0;
                break;
            case RMSProp.ParamGroup rms:
                rms.Options.weight_decay = 0;
                break;
        }
    }
}
