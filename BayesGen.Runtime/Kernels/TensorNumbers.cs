using System.Numerics;

namespace BayesGen.Kernels;

/// <summary>
/// Numbers on their way from a small tensor to the host, and from the host into an operation, for what is done in every step.
/// </summary>
/// <remarks>
/// TorchSharp's own ways leave native memory to the garbage collector: <c>item()</c>, <c>data()</c> and <c>shape</c> a callback for each
/// call, a number as an operand a Scalar that its finalizer frees. Some dozens in a step, alive until the next collection, lie scattered
/// among the buffers that the step has freed, which the C library then cannot join: a training whose steps need 20 MB came to hold 170.
/// And nothing keeps the Scalar of a literal alive during the call: on an overloaded machine its finalizer was seen to free it before the
/// operation had read it ("Unknown scalar type" out of an evaluation).
/// </remarks>
internal static class TensorNumbers
{
    private const int HeldAtOnce = 128;

    [ThreadStatic]
    private static Scalar?[]? _held;

    [ThreadStatic]
    private static int _next;

    /// <summary>Zero as an operand that lives: that of a literal may be freed while the operation reads it (see the remarks).</summary>
    public static readonly Scalar Zero = 0.0;

    /// <summary>One, as <see cref="Zero"/>: what <c>add_</c> takes its operand times.</summary>
    public static readonly Scalar One = 1;

    private static readonly Scalar MinusOne = -1;
    private static readonly Scalar Two = 2;

    /// <summary>The number in a tensor of one element, wherever it is; on a device it is waited for.</summary>
    public static double Number(this Tensor scalar) => scalar.Numbers()[0];

    /// <summary>The numbers in a tensor, in the order of its elements.</summary>
    public static double[] Numbers(this Tensor tensor)
    {
        if (KernelRunner.Takes(tensor) && tensor.is_contiguous())
            return tensor.dtype == ScalarType.Float32 ? Read<float>(tensor) : Read<double>(tensor);
        using var plain = tensor.detach();
        using var twice = plain.to(ScalarType.Float64, CPU);
        using var row = twice.contiguous();
        return Read<double>(row);
    }

    /// <summary>
    /// A number as an operand, for example <c>x * Operand(0.5)</c>: it lives until this thread has made some hundred others, so longer than
    /// the operation, and is freed then.
    /// </summary>
    /// <param name="number">The number.</param>
    public static Scalar Operand(double number) => Held(number);

    /// <inheritdoc cref="Operand(double)"/>
    public static Scalar Operand(long number) => Held(number);

    /// <inheritdoc cref="Operand(double)"/>
    public static Scalar Operand(bool number) => Held(number);

    /// <summary>The sum of two tensors, as a new tensor: the operator takes the second one times a number that nobody holds.</summary>
    public static Tensor AddTo(this Tensor tensor, Tensor other) => tensor.add(other, One);

    /// <summary>The tensor with a number added to all of it, as a new tensor; see the other overload.</summary>
    public static Tensor AddTo(this Tensor tensor, Scalar number) => tensor.add(number, One);

    /// <summary>The tensor times a number, as a new tensor.</summary>
    public static Tensor MultiplyBy(this Tensor tensor, double factor)
    {
        using Scalar scalar = factor;
        return tensor.mul(scalar);
    }

    /// <summary>The tensor divided by a number, as a new tensor.</summary>
    public static Tensor DivideBy(this Tensor tensor, double divisor)
    {
        using Scalar scalar = divisor;
        return tensor.div(scalar);
    }

    /// <summary>The difference of two tensors, as a new tensor; see <see cref="AddTo(Tensor, Tensor)"/>.</summary>
    public static Tensor Subtract(this Tensor tensor, Tensor other) => tensor.add(other, MinusOne);

    /// <summary>The square, as a new tensor: TorchSharp's own is <c>pow(2)</c>, of a number that nobody holds.</summary>
    public static Tensor Squared(this Tensor tensor) => tensor.pow(Two);

    /// <summary>Adds a tensor in place; see <see cref="AddTo(Tensor, Tensor)"/>.</summary>
    public static Tensor AddInPlace(this Tensor tensor, Tensor other) => tensor.add_(other, One);

    /// <summary>Adds a number in place; see <see cref="AddTo(Tensor, Tensor)"/>.</summary>
    public static Tensor AddInPlace(this Tensor tensor, Scalar number) => tensor.add_(number, One);

    /// <summary>Subtracts a tensor in place; see <see cref="AddTo(Tensor, Tensor)"/>.</summary>
    public static Tensor SubtractInPlace(this Tensor tensor, Tensor other) => tensor.add_(other, MinusOne);

    private static Scalar Held(Scalar operand)
    {
        var held = _held ??= new Scalar?[HeldAtOnce];
        held[_next]?.Dispose();
        held[_next] = operand;
        _next = (_next + 1) % HeldAtOnce;
        return operand;
    }

    /// <summary>Writes zeros in place: <c>zero_()</c>, which asks for the shape.</summary>
    public static void ZeroInPlace(this Tensor tensor) => tensor.fill_(Zero);

    private static unsafe double[] Read<T>(Tensor row)
        where T : unmanaged, INumber<T>
    {
        var numbers = new double[row.numel()];
        var first = (T*)TensorMemory.AddressOf(row);
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = double.CreateChecked(first[i]);
        return numbers;
    }
}
