using System.Reflection;

namespace BayesGen;

/// <summary>
/// What each variational parameter of a family belongs to, as its class says by <see cref="PosteriorParameterAttribute"/>.
/// </summary>
internal static class ParameterExtents
{
    /// <summary>The extents in the order of the names; a family that says nothing has one number of each for every weight.</summary>
    /// <param name="posterior">The class of the family.</param>
    /// <param name="names">The names of its parameters.</param>
    /// <exception cref="NotSupportedException">
    /// The attributes name other parameters, or none that has a number for every weight.
    /// </exception>
    public static IReadOnlyList<ParameterExtent> Of(Type posterior, IReadOnlyList<string> names)
    {
        List<PosteriorParameterAttribute> said = [.. posterior.GetCustomAttributes<PosteriorParameterAttribute>(inherit: false)];
        if (said.Count == 0)
            return [.. names.Select(_ => ParameterExtent.Weight)];
        if (said.Count != names.Count || names.Any(name => said.Count(attribute => attribute.Name == name) != 1))
            throw new NotSupportedException(
                $"{posterior.Name} has the parameters {Listed(names)}, and its PosteriorParameter attributes name "
                + $"{Listed(said.Select(attribute => attribute.Name))}. Name each parameter once.");
        List<ParameterExtent> extents = [.. names.Select(name => said.Find(attribute => attribute.Name == name)!.Extent)];
        return extents.Contains(ParameterExtent.Weight)
            ? extents
            : throw new NotSupportedException(
                $"No parameter of {posterior.Name} has a number for every weight. A family needs one, such as the means of the weights: "
                + "its shape is that of the weight.");

        static string Listed(IEnumerable<string> names) => string.Join(", ", names.Select(name => $"'{name}'"));
    }
}
