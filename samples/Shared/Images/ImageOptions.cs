using System.CommandLine;
using System.CommandLine.Parsing;
using BayesGen.CommandLines;

namespace BayesGen.SampleImages;

/// <summary>The options on images that samples share: which digits, where they lie, and what is none of them.</summary>
internal sealed class ImageOptions
{
    private static readonly string[] KnownKinds = ["letters", "noise", "fashion-mnist"];

    private readonly Option<DataName> _data = CheckedOption.Choice<DataName>("--data", "The digits to learn from (default synthetic).");

    private readonly Option<string?> _directory = CheckedOption.Text(
        "--data-dir", "DIR",
        "The folder with the four files of mnist (and, in a folder of its own, of fashion-mnist). Without it they are looked for in "
        + "BAYESGEN_DATA and the user's cache, and downloaded at last.");

    private readonly Option<IReadOnlyList<string>> _outside;

    /// <param name="outside">What is out of distribution where nothing is said.</param>
    public ImageOptions(IReadOnlyList<string> outside) => _outside = CheckedOption.Words(
        "--outside", "What else is out of distribution: letters, noise, fashion-mnist.", KnownKinds, outside);

    /// <summary>Adds the options to a command, and what has to hold between them.</summary>
    public void AddTo(Command command)
    {
        command.Add(_data);
        command.Add(_directory);
        command.Add(_outside);
        command.Validators.Add(result =>
        {
            var isSynthetic = result.GetResult(_data) is not { Tokens: [{ Value: not "synthetic" }] };
            var hasFashion = result.GetResult(_outside) is { Tokens: [{ Value: var kinds }] } && kinds.Contains("fashion-mnist");
            if (isSynthetic && !hasFashion && result.GetResult(_directory) is not null)
                result.AddError("--data-dir goes with --data mnist or --outside fashion-mnist; synthetic digits need no folder.");
        });
    }

    /// <summary>What was asked for.</summary>
    /// <param name="given">The command line.</param>
    /// <param name="trainOn">The digits to learn.</param>
    public ImageChoice Read(ParseResult given, IReadOnlyList<int> trainOn) => new(
        given.GetValue(_data) == DataName.Mnist, given.GetValue(_directory), trainOn, given.GetValue(_outside)!);
}
