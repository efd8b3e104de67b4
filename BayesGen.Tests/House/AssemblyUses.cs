using Mono.Cecil;
using Mono.Cecil.Cil;

namespace BayesGen.Tests.House;

/// <summary>
/// Which types of an assembly use which others of it, read from IL: bases, interfaces, fields, signatures, attributes and bodies. A nested
/// type counts as the type around it.
/// </summary>
internal static class AssemblyUses
{
    /// <summary>Each pair of full names once: a type, and another one of the same assembly that it uses.</summary>
    /// <param name="path">The assembly.</param>
    public static IReadOnlySet<(string User, string Used)> Of(string path)
    {
        using var assembly = AssemblyDefinition.ReadAssembly(path);
        var own = assembly.MainModule;
        var uses = new HashSet<(string, string)>();
        foreach (var type in own.GetTypes())
        {
            var user = Outer(type).FullName;
            foreach (var used in Used(type).SelectMany(Parts))
            {
                if (used.Scope == own && Outer(used).FullName is var name && name != user)
                    uses.Add((user, name));
            }
        }

        return uses;
    }

    private static IEnumerable<TypeReference?> Used(TypeDefinition type) =>
    [
        type.BaseType,
        .. type.Interfaces.Select(implemented => implemented.InterfaceType),
        .. type.GenericParameters.SelectMany(Constraints),
        .. type.Fields.Select(field => field.FieldType),
        .. type.CustomAttributes.Select(attribute => attribute.AttributeType),
        .. type.Methods.SelectMany(Used),
    ];

    private static IEnumerable<TypeReference?> Used(MethodDefinition method) =>
    [
        method.ReturnType,
        .. method.Parameters.Select(parameter => parameter.ParameterType),
        .. method.GenericParameters.SelectMany(Constraints),
        .. method.CustomAttributes.Select(attribute => attribute.AttributeType),
        .. method.HasBody ? Used(method.Body) : [],
    ];

    private static IEnumerable<TypeReference?> Used(MethodBody body) =>
    [
        .. body.Variables.Select(variable => variable.VariableType),
        .. body.ExceptionHandlers.Select(handler => handler.CatchType),
        .. body.Instructions.SelectMany(instruction => Used(instruction)),
    ];

    private static IEnumerable<TypeReference?> Used(Instruction instruction) => instruction.Operand switch
    {
        TypeReference type => [type],
        FieldReference field => [field.DeclaringType, field.FieldType],
        GenericInstanceMethod method =>
        [
            method.DeclaringType, method.ReturnType, .. method.GenericArguments,
            .. method.Parameters.Select(taken => taken.ParameterType),
        ],
        MethodReference method => [method.DeclaringType, method.ReturnType, .. method.Parameters.Select(taken => taken.ParameterType)],
        _ => [],
    };

    private static IEnumerable<TypeReference?> Constraints(GenericParameter parameter) =>
        parameter.Constraints.Select(constraint => constraint.ConstraintType);

    /// <summary>A type without its arrays and references, and the arguments of a generic one.</summary>
    private static IEnumerable<TypeReference> Parts(TypeReference? type) => type switch
    {
        null or GenericParameter => [],
        GenericInstanceType generic => [generic.ElementType, .. generic.GenericArguments.SelectMany(Parts)],
        TypeSpecification specification => Parts(specification.ElementType),
        _ => [type],
    };

    private static TypeReference Outer(TypeReference type)
    {
        while (type.DeclaringType is { } outer)
            type = outer;
        return type;
    }
}
