namespace BayesGen.Tests.Resilience;

/// <summary>Keeps what it was told besides steps and epochs.</summary>
internal sealed class Notices : IReport
{
    public List<string> All { get; } = [];

    public void OnNotice(string notice) => All.Add(notice);
}

/// <summary>Keeps every epoch as text.</summary>
internal sealed class EpochTexts : IReport
{
    public List<string> All { get; } = [];

    public void OnEpoch(EpochResult epoch) => All.Add(ResilienceTraining.Text(epoch));
}
