namespace BayesGen;

/// <summary>
/// Options of the whole network. On a class whose own members carry no <see cref="BayesianAttribute"/> it asks for a wrapper all the
/// same, so that a network made of annotated networks gets one.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class BayesianNetworkAttribute : Attribute
{
    /// <summary>
    /// The loss that <c>CreateTrainer(options)</c> uses: a <see cref="VariationalLoss"/> with a public constructor without arguments that
    /// scores every family of the network. Unset: <see cref="ElboLoss"/>.
    /// </summary>
    public Type? Loss { get; set; }
}
