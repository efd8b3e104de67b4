namespace BayesGen.Reporting;

/// <summary>A report of a <see cref="ReportChain"/> that threw, and was told nothing from then on.</summary>
/// <param name="Report">The report.</param>
/// <param name="Exception">What it threw.</param>
public sealed record ReportFailure(IReport Report, Exception Exception);
