namespace BayesGen.Prediction;

/// <summary>
/// Which example and place each row of a prediction belongs to, while batches come in. Sequences of one batch have one length, and those of
/// the next may have another.
/// </summary>
internal sealed class PlacesOfRows
{
    private readonly List<(int Examples, int Places)> _batches = [];
    private (int Examples, int Places) _running;

    /// <summary>The number of examples whose batches have ended.</summary>
    public int Examples { get; private set; }

    /// <summary>The number of places of an example of the running batch, or of the last one.</summary>
    public int PlacesOfBatch => _running.Places;

    /// <summary>The number of places of each example; 1 where it differs, and <see cref="Known"/> tells them.</summary>
    public int Places => AreAlike ? _batches.Select(batch => batch.Places).FirstOrDefault(1) : 1;

    /// <summary>Example and place of each row where the number of places differs; else null.</summary>
    public IReadOnlyList<AnswerRow>? Known
    {
        get
        {
            if (AreAlike)
                return null;
            var (rows, first) = (new List<AnswerRow>(), 0);
            foreach (var (examples, places) in _batches)
            {
                var before = first;
                rows.AddRange(AnswerRow.All(examples * places, places).Select(row => row with { Example = before + row.Example }));
                first += examples;
            }

            return rows;
        }
    }

    private bool AreAlike => _batches.Select(batch => batch.Places).Distinct().Count() < 2;

    /// <summary>Looks at an answer of the running batch.</summary>
    /// <param name="examples">The number of its examples.</param>
    /// <param name="rows">The number of its rows.</param>
    public void See(long examples, long rows) => _running = ((int)examples, (int)(rows / Math.Max(1, examples)));

    /// <summary>The running batch has ended.</summary>
    public void EndBatch()
    {
        _batches.Add(_running);
        Examples += _running.Examples;
    }

    /// <summary>Targets of examples, [N][D * places], as those of rows, [N * places][D].</summary>
    public static IReadOnlyList<double[]> Targets(IReadOnlyList<double[]> targets, int places, int outputs)
    {
        if (places == 1)
            return targets;
        if (targets.Any(row => row.Length != places * outputs))
            throw new ArgumentException(
                $"The network answers {outputs} numbers for each of {places} places, and an example has {targets[0].Length} targets.",
                nameof(targets));
        return [.. targets.SelectMany(row => Enumerable.Range(0, places).Select(
            place => Enumerable.Range(0, outputs).Select(d => row[d * places + place]).ToArray()))];
    }
}
