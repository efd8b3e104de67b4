using BayesGen.Structure;

namespace BayesGen.Export;

/// <summary>Adds the steps of a plan that compute.</summary>
internal static class PlanComputations
{
    public static PlanValue Linear(this PlanWriter plan, PlanValue x, PlanConstant weight, PlanConstant? bias)
    {
        var y = plan.Value([.. x.Shape[..^1], weight.Shape[0]]);
        plan.Add(new LinearStep(x, weight, bias, y, plan.Source));
        return y;
    }

    public static PlanValue Convolution(
        this PlanWriter plan, PlanValue x, PlanConstant weight, PlanConstant? bias, int[] stride, int[] padding, int[] dilation,
        int[]? outputPadding, int groups, int[] shape)
    {
        var y = plan.Value(shape);
        plan.Add(new ConvolutionStep(x, weight, bias, stride, padding, dilation, outputPadding, groups, y, plan.Source));
        return y;
    }

    public static PlanValue Lookup(this PlanWriter plan, PlanValue x, PlanConstant table)
    {
        var y = plan.Value([.. x.Shape, table.Shape[1]]);
        plan.Add(new LookupStep(x, table, y, plan.Source));
        return y;
    }

    public static PlanValue Affine(this PlanWriter plan, PlanValue x, PlanConstant scale, PlanConstant shift, int axis)
    {
        var y = plan.Value(x.Shape);
        plan.Add(new AffineStep(x, scale, shift, axis, y, plan.Source));
        return y;
    }

    public static PlanValue Normalize(this PlanWriter plan, PlanValue x, double eps)
    {
        var y = plan.Value(x.Shape);
        plan.Add(new NormalizeStep(x, eps, y, plan.Source));
        return y;
    }

    public static PlanValue Pool(this PlanWriter plan, PlanValue x, Pooling pooling, int[] shape)
    {
        var y = plan.Value(shape);
        plan.Add(new PoolStep(x, pooling, y, plan.Source));
        return y;
    }

    public static PlanValue Map(this PlanWriter plan, PlanValue x, Activation function)
    {
        var y = plan.Value(x.Shape);
        plan.Add(new MapStep(x, function, y, plan.Source));
        return y;
    }

    public static PlanValue Scale(this PlanWriter plan, PlanValue x, double factor, double summand)
    {
        var y = plan.Value(x.Shape);
        plan.Add(new ScaleStep(x, factor, summand, y, plan.Source));
        return y;
    }

    public static PlanValue Power(this PlanWriter plan, PlanValue x, double exponent)
    {
        var y = plan.Value(x.Shape);
        plan.Add(new PowerStep(x, exponent, y, plan.Source));
        return y;
    }

    /// <summary>Two values joined number by number.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="a">The first.</param>
    /// <param name="b">The second.</param>
    /// <param name="kind">What is computed; null for a leaky rectifier of slopes b.</param>
    public static PlanValue Combine(this PlanWriter plan, PlanValue a, PlanValue b, ArithmeticKind? kind)
    {
        var y = plan.Value(Broadcast(a.Shape, b.Shape));
        plan.Add(new CombineStep(a, b, kind, y, plan.Source));
        return y;
    }

    /// <summary>The product of matrices, whose dimensions before the last two are brought to one shape.</summary>
    public static PlanValue MatMul(this PlanWriter plan, PlanValue a, PlanValue b)
    {
        var lead = Broadcast(a.Shape[..^2], b.Shape[..^2]);
        (a, b) = (plan.Expand(a, [.. lead, .. a.Shape[^2..]]), plan.Expand(b, [.. lead, .. b.Shape[^2..]]));
        var y = plan.Value([.. lead, a.Shape[^2], b.Shape[^1]]);
        plan.Add(new MatMulStep(a, b, y, plan.Source));
        return y;
    }

    public static PlanValue Reduce(this PlanWriter plan, PlanValue x, ReductionKind kind, int[] axes)
    {
        var y = plan.Value([.. x.Shape.Select((size, i) => axes.Contains(i) ? 1 : size)]);
        plan.Add(new ReduceStep(x, kind, axes, y, plan.Source));
        return y;
    }

    public static PlanValue Softmax(this PlanWriter plan, PlanValue x, int axis, bool isLog)
    {
        var y = plan.Value(x.Shape);
        plan.Add(new SoftmaxStep(x, axis, isLog, y, plan.Source));
        return y;
    }

    public static PlanValue Resize(this PlanWriter plan, PlanValue x, ResizingMode mode, bool alignsCorners, double[] factors, int[] shape)
    {
        var y = plan.Value(shape);
        plan.Add(new ResizeStep(x, mode, alignsCorners, factors, y, plan.Source));
        return y;
    }

    public static (PlanValue Y, PlanValue Hidden, PlanValue? Cell) Recurrent(
        this PlanWriter plan, PlanValue x, bool isLstm, bool isReverse, PlanConstant weightX, PlanConstant weightH, PlanConstant? biasX,
        PlanConstant? biasH)
    {
        int[] state = [1, x.Shape[1], weightH.Shape[1]];
        var (y, hidden, cell) = (plan.Value([x.Shape[0], .. state[1..]]), plan.Value(state), isLstm ? plan.Value(state) : null);
        plan.Add(new RecurrentStep(x, isLstm, isReverse, weightX, weightH, biasX, biasH, y, hidden, cell, plan.Source));
        return (y, hidden, cell);
    }

    /// <summary>The shape of two values together.</summary>
    private static int[] Broadcast(int[] a, int[] b)
    {
        var shape = new int[Math.Max(a.Length, b.Length)];
        for (var i = 1; i <= shape.Length; i++)
        {
            var (left, right) = (i <= a.Length ? a[^i] : 1, i <= b.Length ? b[^i] : 1);
            shape[^i] = left == 1 ? right : left;
        }

        return shape;
    }
}
