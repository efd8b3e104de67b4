using BayesGen.Mpi;
using BayesGen.Mpi.Messages;
using BayesGen.Mpi.Native;
using BayesGen.Mpi.Shards;

namespace BayesGen.Tests.Mpi;

/// <summary>What of several processes can be tested in one.</summary>
public class MpiTests
{
    /// <summary>A network that draws no weights takes no noise, and dropout would be the same in every step.</summary>
    [Fact]
    public void StepsOfANetworkWithoutPosteriorsHaveNoiseOfTheirOwn()
    {
        using var scope = NewDisposeScope();
        using var model = new DeterministicModel<LaplaceCurve>(new LaplaceCurve(3, 4, 1));
        Assert.False(FirstOfStep().equal(FirstOfStep()).all().item<bool>());

        Tensor FirstOfStep()
        {
            using var noise = new ShardNoise(model.Arena);
            noise.Begin(2);
            return rand(4, dtype: ScalarType.Float32, device: CPU);
        }
    }

    [Fact]
    public void WithoutALibraryTheSentenceSaysWhatToInstall()
    {
        var exception = Assert.Throws<MpiException>(() => MpiLibrary.Load(new MpiLaunch(null, null), null, _ => 0));
        Assert.Contains("libmpi.so.40", exception.Message);
        Assert.Contains("apt-get install openmpi-bin", exception.Message);
        Assert.Contains("mpirun -np N", exception.Message);
    }

    /// <summary>As a program of its own, whatever is installed here.</summary>
    [Fact]
    [Trait("Lane", "Slow")]
    public void AProgramWithoutALibraryEndsByTheSentence() => MpiJob
        .RunAlone("whole", (MpiLibrary.Variable, "/nonexistent/libmpi.so"))
        .FailsBy("No MPI library was found (looked for /nonexistent/libmpi.so)", "openmpi-bin");

    [Theory]
    [InlineData("OMPI_COMM_WORLD_SIZE", nameof(MpiFlavor.OpenMpi))]
    [InlineData("PMI_SIZE", nameof(MpiFlavor.Mpich))]
    public void TheLauncherIsKnownByItsVariables(string variable, string expected) =>
        Assert.Equal(new MpiLaunch(Enum.Parse<MpiFlavor>(expected), 3), MpiLaunch.Read(name => name == variable ? "3" : null));

    [Fact]
    public void WithoutALauncherNothingIsKnown() => Assert.Equal(new MpiLaunch(null, null), MpiLaunch.Read(_ => null));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(8, 1)]
    [InlineData(8, 2)]
    [InlineData(8, 3)]
    [InlineData(7, 4)]
    [InlineData(12, 5)]
    public void TheSumHangsOnTheShardsAlone(int shards, int ranks)
    {
        var tree = new ShardTree(shards, ranks);

        // Of numbers this different in size every order has a sum of its own.
        var numbers = Enumerable.Range(0, shards).Select(shard => MathF.Pow(-7.3f, shard) * 1.1f).ToArray();
        var expected = Single(new ShardTree(shards, 1).Root);
        var parts = Enumerable.Range(0, ranks).SelectMany(tree.PartsOf).ToDictionary(part => part, part => (object)Single(part));
        Assert.Equal(
            expected,
            (float)ShardTree.Sum<object>(tree.Root, run => parts.GetValueOrDefault(run), (left, right) => (float)left + (float)right));
        Assert.Equal(
            Enumerable.Range(0, shards),
            parts.Keys.OrderBy(part => part.First).SelectMany(part => Enumerable.Range(part.First, part.End - part.First)));

        float Single(ShardRun node) => node.IsOne ? numbers[node.First] : Single(node.Left) + Single(node.Right);
    }

    [Theory]
    [InlineData(8, 200)]
    [InlineData(8, 13)]
    [InlineData(8, 3)]
    public void EveryRowIsInOneShard(int shards, long rows)
    {
        var tree = new ShardTree(shards, 1);
        var next = 0L;
        for (var shard = 0; shard < shards; shard++)
        {
            var (first, count) = tree.RowsOf(shard, rows);
            Assert.Equal(next, first);
            Assert.InRange(count, rows / shards, rows / shards + 1);
            next = first + count;
        }

        Assert.Equal(rows, next);
    }

    [Fact]
    public void ANoteArrivesAsItWasWritten()
    {
        var note = new Note(Meeting.Step, 41)
        {
            HasFailed = true,
            IsToldToStop = true,
            Fingerprint = ulong.MaxValue - 3,
            Numbers = [1.5, double.NaN, -0.0],
            Text = "a parameter\nµ is not finite",
        };
        var bytes = new byte[Note.Capacity];
        Assert.InRange(note.Write(bytes), 40, 200);
        var read = Note.Read(bytes);
        Assert.Equal(note.Numbers.Select(BitConverter.DoubleToInt64Bits), read.Numbers.Select(BitConverter.DoubleToInt64Bits));
        Assert.Equal(note with { Numbers = [] }, read with { Numbers = [] });
    }

    [Fact]
    public void ATextThatIsTooLongIsCut()
    {
        var bytes = new byte[Note.Capacity];
        new Note(Meeting.Failure, 0) { Text = new string('µ', 100_000), Numbers = new double[Note.LargestCount] }.Write(bytes);
        Assert.StartsWith("µµµ", Note.Read(bytes).Text);
    }

    [Fact]
    public void TheFirstConditionThatDiffersIsNamedWithItsRank()
    {
        var first = RunConditions.Written([("LearningRate", "0.1"), ("Seed", "1")]);
        var other = RunConditions.Written([("LearningRate", "0.1"), ("Seed", "2")]);
        Assert.Null(RunConditions.Difference([first, first, first]));
        var (rank, what) = RunConditions.Difference([first, first, other])!.Value;
        Assert.Equal(2, rank);
        Assert.Contains("Rank 2 of 3", what);
        Assert.Contains("Seed is 2, and on rank 0 1", what);
        Assert.DoesNotContain("LearningRate", what);
    }

    /// <summary>The keys of a thousand frozen layers are longer than a note.</summary>
    [Fact]
    public void AConditionThatIsLongerThanANoteIsStillCompared()
    {
        var keys = string.Join(", ", Enumerable.Range(0, 4_000).Select(i => $"blocks.{i}.attention.in_proj_weight"));
        var first = RunConditions.Written([("the frozen weights", keys), ("BayesGen", "1")]);
        var other = RunConditions.Written([("the frozen weights", keys + ", head.weight"), ("BayesGen", "1")]);
        var bytes = new byte[Note.Capacity];
        new Note(Meeting.Start, 0) { Text = other }.Write(bytes);
        Assert.Equal(other, Note.Read(bytes).Text);
        var (rank, what) = RunConditions.Difference([first, Note.Read(bytes).Text])!.Value;
        Assert.Equal(1, rank);
        Assert.Contains("the frozen weights is blocks.0.attention", what);
        Assert.DoesNotContain("BayesGen is", what);
    }

    /// <summary>Each rank may compute on a device of its own, but not on one of another kind.</summary>
    [Fact]
    public void DevicesAreComparedByKindAndModelAndNotByNumber()
    {
        Assert.Equal("cuda, NVIDIA H200", RankDevice.NameOf(DeviceType.CUDA, ["NVIDIA H200", "NVIDIA H200"]));
        Assert.Equal("cuda, NVIDIA A100, NVIDIA H200", RankDevice.NameOf(DeviceType.CUDA, ["NVIDIA H200", "NVIDIA A100"]));
        Assert.Equal("cpu", RankDevice.NameOf(DeviceType.CPU, ["NVIDIA H200"]));
    }

    [Fact]
    public void RunningStatisticsAreRefusedUnlessTheyStay()
    {
        using var network = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2));
        Assert.Contains("'1' (BatchNorm1d) keeps running statistics", BufferWatch.Statistics(network, entersTraining: false));
        network.eval();
        Assert.Contains("LayerNorm", BufferWatch.Statistics(network, entersTraining: true));
        Assert.Null(BufferWatch.Statistics(network, entersTraining: false));
    }

    [Fact]
    public void OptionsOutOfTheirRangeAreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new MpiOptions { Shards = 0 }.Validate());
        Assert.Throws<ArgumentOutOfRangeException>(() => new MpiOptions { Threads = 0 }.Validate());
        Assert.Throws<ArgumentOutOfRangeException>(() => new MpiOptions { StallTimeout = TimeSpan.Zero }.Validate());
        Assert.Throws<ArgumentOutOfRangeException>(() => new MpiOptions { Mode = (MpiMode)7 }.Validate());
    }
}
