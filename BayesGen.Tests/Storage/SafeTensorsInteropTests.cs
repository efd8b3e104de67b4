using System.Text;
using TorchSharp.Modules;
using static BayesGen.Tests.SafeTensorsLayout;
using static TorchSharp.torch.nn;

namespace BayesGen.Tests;

/// <summary>Files that others wrote are read, and files written here are read by a reader made from the specification alone.</summary>
public sealed class SafeTensorsInteropTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bayesgen").FullName;

    /// <summary>
    /// The bits of 1.5, -2 and 0 (floats), of 1, -2 and 3 (whole numbers), from the IEEE 754 and two's complement tables.
    /// </summary>
    public static TheoryData<string, ScalarType, string> Dtypes => new()
    {
        { "F64", ScalarType.Float64, "000000000000F83F 00000000000000C0 0000000000000000" },
        { "F32", ScalarType.Float32, "0000C03F 000000C0 00000000" },
        { "F16", ScalarType.Float16, "003E 00C0 0000" },
        { "BF16", ScalarType.BFloat16, "C03F 00C0 0000" },
        { "I64", ScalarType.Int64, "0100000000000000 FEFFFFFFFFFFFFFF 0300000000000000" },
        { "I32", ScalarType.Int32, "01000000 FEFFFFFF 03000000" },
        { "I16", ScalarType.Int16, "0100 FEFF 0300" },
        { "I8", ScalarType.Int8, "01 FE 03" },
        { "U8", ScalarType.Byte, "01 FE 03" },
        { "BOOL", ScalarType.Bool, "01 00 01" },
    };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Dtypes))]
    public void EveryDtypeRoundTrips(string name, ScalarType dtype, string bits)
    {
        using var scope = NewDisposeScope();
        var bytes = Convert.FromHexString(bits.Replace(" ", ""));
        SafeTensorsLayout.Write(Path("theirs"), ("x", new Entry(name, [3, 1], bytes)), ("empty", new Entry(name, [0, 2], [])));
        var (tensors, metadata) = Read("theirs");
        Assert.Equal("pt", metadata["format"]);
        Assert.Equal((dtype, 2), (tensors["x"].dtype, tensors["x"].dim()));
        Assert.Equal(0, tensors["empty"].numel());
        double[] expected = name switch
        {
            "U8" => [1, 254, 3],
            "BOOL" => [1, 0, 1],
            ['I', ..] => [1, -2, 3],
            _ => [1.5, -2, 0],
        };
        Assert.Equal(expected, tensors["x"].flatten().to(ScalarType.Float64).data<double>());

        Write("ours", [new("x", tensors["x"])]);
        var entry = SafeTensorsLayout.Read(Path("ours"))["x"];
        Assert.Equal(name, entry.Dtype);
        Assert.Equal([3, 1], entry.Shape);
        Assert.Equal(bytes, entry.Bytes);
    }

    /// <summary>A whole file byte by byte: header out of the order of the data, white space, a scalar, a key that is not ASCII.</summary>
    [Fact]
    public void ReadsAFileOfAnotherWriter()
    {
        using var scope = NewDisposeScope();
        var header = Encoding.UTF8.GetBytes("""
            { "b": {"shape": [], "dtype": "F32", "data_offsets": [4, 8]},
              "größe": {"data_offsets": [0, 4], "dtype": "I16", "shape": [1, 2]} }
            """ + "   ");
        File.WriteAllBytes(Path("other"), [
            .. BitConverter.GetBytes((ulong)header.Length), .. header,
            0x07, 0x00, 0xFF, 0xFF, 0x00, 0x00, 0x20, 0xC1]);
        var (tensors, metadata) = Read("other");
        Assert.Empty(metadata);
        Assert.Equal(-10, tensors["b"].item<float>());
        Assert.Equal(0, tensors["b"].dim());
        Assert.Equal((short[])[7, -1], tensors["größe"].flatten().data<short>().ToArray());
    }

    /// <summary>What the format's own reader asks of a file: the header is JSON that begins with a brace, the data has no gap.</summary>
    [Fact]
    public void AStateFileFollowsTheFormat()
    {
        using var scope = NewDisposeScope();
        using var model = StateFileTests.Trained(1);
        model.Prune(new() { [Family.Gaussian] = 0 });
        model.Save(Path("state"));
        var file = File.ReadAllBytes(Path("state"));
        var length = (int)BitConverter.ToUInt64(file);
        Assert.Equal((byte)'{', file[8]);
        using var json = System.Text.Json.JsonDocument.Parse(Encoding.UTF8.GetString(file, 8, length));
        var end = 0L;
        foreach (var property in json.RootElement.EnumerateObject().Where(property => property.Name != "__metadata__"))
        {
            Assert.Equal(end, property.Value.GetProperty("data_offsets")[0].GetInt64());
            end = property.Value.GetProperty("data_offsets")[1].GetInt64();
        }

        Assert.Equal(file.Length, 8 + length + end);
        Assert.All(json.RootElement.GetProperty("__metadata__").EnumerateObject(), item => Assert.NotNull(item.Value.GetString()));

        var entries = SafeTensorsLayout.Read(Path("state"));
        Assert.Equal(model.state_dict().Keys.Order(), entries.Keys.Order());
        foreach (var (key, tensor) in model.state_dict())
        {
            Assert.Equal(tensor.shape, entries[key].Shape);
            Assert.Equal(tensor.detach().contiguous().bytes.ToArray(), entries[key].Bytes);
        }
    }

    /// <summary>An exported network is TorchSharp's own affair: its format, and a plain network that reads it.</summary>
    [Fact]
    public void AnExportedNetworkIsSavedInTorchSharpsFormat()
    {
        using var scope = NewDisposeScope();
        using var data = SyntheticDigits.Create(5, 1);
        using var model = StateFileTests.Trained(2);
        model.Prune(new() { [Family.Gaussian] = 0 });
        using var exported = model.Export(new MixedClassifier());
        exported.save(Path("plain"));
        using var plain = new MixedClassifier();
        plain.load(Path("plain"));
        plain.eval();
        model.UseMap();
        model.eval();
        Rounding.AssertSame(model.call(data.Inputs), plain.call(data.Inputs));
        Assert.Contains(
            plain.named_parameters().Single(entry => entry.name == "output.weight").parameter.data<float>(), weight => weight == 0);
    }

    private (Dictionary<string, Tensor> Tensors, Dictionary<string, string> Metadata) Read(string name)
    {
        using var stream = File.OpenRead(Path(name));
        return SafeTensors.Read(Path(name), stream);
    }

    private void Write(string name, List<KeyValuePair<string, Tensor>> tensors)
    {
        using var stream = File.Create(Path(name));
        SafeTensors.Write(stream, tensors, []);
    }

    private string Path(string name) => System.IO.Path.Combine(_folder, name + ".safetensors");
}
