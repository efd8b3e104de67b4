namespace BayesGen.Benchmarks.Uci;

/// <summary>A process that works for another: pieces come in by lines, and a line goes out when one is finished.</summary>
public static class Worker
{
    /// <summary>The beginning of a line that says that a piece is finished.</summary>
    public const string Done = "done ";

    /// <summary>The beginning of a line that says why one is not.</summary>
    public const string Failed = "failed ";

    /// <summary>Works until there are no more lines.</summary>
    public static int Serve(RunOptions options, TextReader orders, TextWriter answers)
    {
        set_num_threads(1);
        var sets = new Dictionary<string, TableSet>();
        while (orders.ReadLine() is { Length: > 0 } line)
        {
            var piece = Piece.Parse(line);
            try
            {
                if (!sets.TryGetValue(piece.Set, out var set))
                    sets[piece.Set] = set = TableSet.Read(options.DataDirectory, piece.Set);
                var outcome = Measurement.Of(piece, set.Split(piece.Split, options.IsValidation));
                outcome.Write(piece.FileIn(options.SplitFolder));
                answers.WriteLine(FormattableString.Invariant(
                    $"{Done}{piece}: RMSE {outcome.Rmse:G4}, NLL {outcome.Nll:F3}, {outcome.Seconds:F0} s"));
            }
            catch (Exception exception)
            {
                answers.WriteLine($"{Failed}{piece}: {exception.Message.Split('\n')[0]}");
            }

            answers.Flush();
        }

        return 0;
    }
}
