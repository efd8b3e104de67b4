using BayesGen.Kernels;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace BayesGen.Tests.House;

/// <summary>
/// TorchSharp makes an object of a number that is an operand, and its finalizer may free that while the operation still reads it. What
/// the libraries do holds each one: in a local, a field, or by <see cref="TensorNumbers.Operand(double)"/>.
/// </summary>
public class UnheldNumbersTests
{
    [Fact]
    public void EveryNumberThatTorchReadsIsHeld()
    {
        var unheld = ((Type[])[typeof(TrainerOptions), typeof(BayesGen.Mpi.MpiGroup)])
            .SelectMany(type => Unheld(type.Assembly.Location)).ToList();
        Assert.True(unheld.Count == 0, string.Join(Environment.NewLine, unheld));
    }

    [Trait("Lane", "Slow")]
    [Fact]
    public void TheSearchFindsThemAndNothingElse()
    {
        var found = Unheld(typeof(Slips).Assembly.Location)
            .Where(call => call.Contains(nameof(Slips), StringComparison.Ordinal)).ToList();
        Assert.All(found, call => Assert.Contains(nameof(Slips.Wrong), call));
        Assert.Equal(9, found.Count);
    }

    private static List<string> Unheld(string path)
    {
        using var assembly = AssemblyDefinition.ReadAssembly(path);
        return
        [
            .. from type in assembly.MainModule.GetTypes()
               where type.FullName != typeof(TensorNumbers).FullName
               from method in type.Methods
               where method.HasBody
               from instruction in method.Body.Instructions
               where instruction.Operand is MethodReference called
                   && ((MakesNumber(called) && !IsHeld(instruction)) || (IsLent(called) && IsKept(instruction)))
               select $"{method.FullName} calls {((MethodReference)instruction.Operand).FullName}",
        ];
    }

    /// <summary>
    /// The functions of a tensor in whose body TorchSharp makes a number that it does not hold, such as <c>square()</c>, which is
    /// <c>pow(2)</c>.
    /// </summary>
    private static readonly Lazy<HashSet<string>> Careless = new(() =>
    {
        using var torchSharp = AssemblyDefinition.ReadAssembly(typeof(Tensor).Assembly.Location);
        List<MethodDefinition> all = [.. torchSharp.MainModule.GetTypes().Single(type => type.FullName == "TorchSharp.torch/Tensor").Methods
            .Where(method => method.HasBody)];
        HashSet<string> careless = [.. all.Where(method => method.Body.Instructions.Any(instruction =>
            instruction.Operand is MethodReference { Name: "op_Implicit" } called
            && called.DeclaringType.FullName == typeof(Scalar).FullName && !IsHeld(instruction))).Select(SignatureOf)];

        // What calls one of them is one.
        for (var count = 0; count < careless.Count;)
        {
            count = careless.Count;
            careless.UnionWith(all.Where(method => method.Body.Instructions.Any(instruction =>
                instruction.Operand is MethodReference { DeclaringType.Name: nameof(Tensor) } called
                && careless.Contains(SignatureOf(called)))).Select(SignatureOf));
        }

        return careless;
    });

    private static string SignatureOf(MethodReference method) =>
        $"{method.Name}({string.Join(", ", method.Parameters.Select(parameter => parameter.ParameterType.FullName))})";

    /// <summary>
    /// Whether a method of TorchSharp makes a number: of what is given as one, of the factor 1 of a sum, or of one of its own.
    /// </summary>
    private static bool MakesNumber(MethodReference called)
    {
        if (called.DeclaringType.FullName == typeof(Scalar).FullName)
            return called.Name == "op_Implicit";
        if (called.DeclaringType.Name != nameof(Tensor))
            return false;
        if (Careless.Value.Contains(SignatureOf(called)))
            return true;
        var isSum = called.Name is "op_Addition" or "op_Subtraction" or "add" or "add_" or "sub" or "sub_" or "subtract" or "subtract_";
        var given = called.Parameters.Select(parameter => parameter.ParameterType).ToList();
        return (isSum && given.All(type => type.Name == nameof(Tensor)))
            || (called.Name.StartsWith("op_", StringComparison.Ordinal) && given.Any(type => type.IsPrimitive));
    }

    /// <summary>Whether a number is held for one operation, and freed after some others.</summary>
    private static bool IsLent(MethodReference called) =>
        called.DeclaringType.FullName == typeof(TensorNumbers).FullName && called.Name == nameof(TensorNumbers.Operand);

    private static bool IsKept(Instruction call) => call.Next.OpCode.Name is "stsfld" or "stfld";

    private static bool IsHeld(Instruction call) =>
        call.Next.OpCode.Name is var next && (next.StartsWith("stloc", StringComparison.Ordinal) || next is "stsfld" or "stfld");

    /// <summary>Both ways to do it.</summary>
    private static class Slips
    {
        private static Scalar? _lent;

        public static Tensor Wrong(Tensor x)
        {
            _lent = TensorNumbers.Operand(2);
            return (((x + x) * 2.0 - x).add_(x).clamp(min: 0.5) + 1).sub_(x).square().mul(_lent);
        }

        public static Tensor Right(Tensor x)
        {
            using Scalar two = 2.0;
            return x.mul(two).add(x, TensorNumbers.One).mul(TensorNumbers.Operand(3)).Squared() * x;
        }
    }
}
