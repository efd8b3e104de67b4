namespace BayesGen;

/// <summary>
/// Several schedules on one beta: each gets what the one before it returned, once that one is not under way any more. The first one gives
/// the start.
/// </summary>
public sealed class ChainedBeta : BetaSchedule
{
    private readonly BetaSchedule[] _schedules;

    /// <summary>A chain.</summary>
    /// <param name="schedules">At least one schedule; the list is copied.</param>
    public ChainedBeta(params IReadOnlyList<BetaSchedule> schedules)
    {
        ArgumentNullException.ThrowIfNull(schedules);
        _schedules = [.. schedules];
        if (_schedules.Length == 0)
            throw new ArgumentException("A chain of beta schedules needs at least one.", nameof(schedules));
        if (Array.IndexOf(_schedules, null) is var index and >= 0)
            throw new ArgumentException($"Schedule {index + 1} of the chain is null.", nameof(schedules));
    }

    /// <inheritdoc/>
    public override double Initial => _schedules[0].Initial;

    /// <inheritdoc/>
    public override bool NeedsLosses => _schedules.Any(schedule => schedule.NeedsLosses);

    /// <inheritdoc/>
    public override RunningBeta Begin() => new RunningChain([.. _schedules.Select(schedule => schedule.Begin())]);

    /// <summary>The names of the schedules in order.</summary>
    public override string ToString() => $"{nameof(ChainedBeta)}({string.Join<BetaSchedule>(", ", _schedules)})";

    private sealed class RunningChain(RunningBeta[] parts) : RunningBeta
    {
        public override bool IsUnderWay => parts.Any(part => part.IsUnderWay);

        public override double Next(double beta, BetaSignal signal)
        {
            foreach (var part in parts)
            {
                var wasUnderWay = part.IsUnderWay;
                beta = part.Next(beta, signal);
                if (wasUnderWay)
                    return beta;
            }

            return beta;
        }

        public override void Save(IDictionary<string, double> state)
        {
            for (var i = 0; i < parts.Length; i++)
            {
                var own = new Dictionary<string, double>();
                parts[i].Save(own);
                foreach (var (name, value) in own)
                    state[$"{i}.{name}"] = value;
            }
        }

        public override void Restore(IReadOnlyDictionary<string, double> state)
        {
            for (var i = 0; i < parts.Length; i++)
            {
                var prefix = $"{i}.";
                parts[i].Restore(state
                    .Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal))
                    .ToDictionary(entry => entry.Key[prefix.Length..], entry => entry.Value));
            }
        }
    }
}
