using BayesGen.Tests.Support;

namespace BayesGen.Tests.Devices;

/// <summary>Every tensor that the runtime makes is made for a dtype and a device.</summary>
[RunsIn(TestGroup.Roslyn)]
public sealed class TensorCreationTests
{
    private const string GlobalUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using TorchSharp;
        global using Tensor = TorchSharp.torch.Tensor;
        global using static TorchSharp.torch;
        """;

    private const string UsingsOfTheRuntime = GlobalUsings + "\nglobal using static BayesGen.Kernels.TensorNumbers;";

    [Trait("Lane", "Slow")]
    [Fact]
    public void TheRuntimeNamesDtypeAndDeviceOfEveryTensorItMakes()
    {
        var found = TensorCreation.Unspecified([("GlobalUsings.cs", UsingsOfTheRuntime), .. RuntimeSources.All()], out var calls);

        Assert.True(found.Count == 0, "Name dtype and device:\n" + string.Join('\n', found));
        Assert.True(calls > 20, $"Only {calls} calls were looked at.");
    }

    [Theory]
    [InlineData("zeros(3)")]
    [InlineData("zeros(3, dtype: ScalarType.Float32)")]
    [InlineData("ones(new long[] { 3 }, device: CPU)")]
    [InlineData("torch.empty(3, 4, dtype: ScalarType.Float32, device: null)")]
    [InlineData("tensor(1.5)")]
    [InlineData("tensor(1.5, dtype: ScalarType.Float32)")]
    [InlineData("tensor(1.5, device: CPU)")]
    [InlineData("tensor(new[] { 1.5 }).to(ScalarType.Float32, CPU)")]
    [InlineData("full(3, 1.5, ScalarType.Float32)")]
    [InlineData("randperm(3, ScalarType.Int64)")]
    [InlineData("arange(3, device: CPU)")]
    [InlineData("zeros_like(x)")]
    [InlineData("randn_like(x, ScalarType.Float32)")]
    [InlineData("x.zeros_like(device: x.device)")]
    [InlineData("x?.new_zeros(3)")]
    [InlineData("from_array(new[] { 1.5 })")]
    [InlineData("zeros(nothingThatExists)")]
    public void FindsATensorWithoutDtypeOrDevice(string call)
    {
        var found = Assert.Single(Unspecified(call));

        Assert.StartsWith("Net.cs(6): ", found);
    }

    [Theory]
    [InlineData("zeros(3, dtype: ScalarType.Float32, device: CPU)")]
    [InlineData("zeros(new long[] { 3 }, ScalarType.Float32, x.device)")]
    [InlineData("tensor(1.5, device: x.device, dtype: x.dtype)")]
    [InlineData("tensor(new[] { 1.5 }, ScalarType.Float32, CPU)")]
    [InlineData("randint(3, [2], dtype: ScalarType.Int64, device: CPU)")]
    [InlineData("randperm(3, ScalarType.Int64, CPU)")]
    [InlineData("x.zeros_like(dtype: x.dtype, device: x.device)")]
    [InlineData("x.clone()")]
    public void AcceptsATensorWithDtypeAndDevice(string call) => Assert.Empty(Unspecified(call));

    private static List<string> Unspecified(string call) => TensorCreation.Unspecified(
        [
            ("GlobalUsings.cs", GlobalUsings),
            ("Net.cs", $$"""
                namespace Demo;

                public class Net
                {
                    public Tensor Make(Tensor x) =>
                        {{call}};
                }
                """),
        ],
        out _);
}
