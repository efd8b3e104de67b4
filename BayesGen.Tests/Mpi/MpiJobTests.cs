namespace BayesGen.Tests.Mpi;

/// <summary>Trainings by several processes, started by the mpirun of this machine.</summary>
[Trait("Lane", "Slow")]
public class MpiJobTests
{
    [MpiFact]
    public void AnyNumberOfRanksGivesTheSameBits()
    {
        var one = Bits(1, "Dense,Conv,Lstm");
        Assert.Equal(17, one.Length);
        Assert.Equal(17, one.Select(line => line.Split(": ")[1]).Distinct().Count());
        Assert.Equal(one, Bits(2, "Dense,Conv,Lstm"));

        // Three ranks share four shards unevenly.
        Assert.Equal(
            one.Where(line => !line.Contains(" Conv:", StringComparison.Ordinal) && !line.Contains(" Lstm:", StringComparison.Ordinal)),
            Bits(3, "Dense"));
    }

    [MpiFact]
    public void AnswersOfAGroupAreThoseOfOneProcess() => Assert.Equal(
        ["rank 0: True True True", "rank 1: True True True"], MpiJob.Run(2, "answers").Succeeds().Lines("rank"));

    [MpiFact]
    public void TheFastModeTrains() => Assert.Single(MpiJob.Run(2, "fast").Succeeds().Lines("state "));

    [MpiFact]
    public void AKilledRankEndsTheJobAndARestartAtAnotherNumberOfRanksGivesTheSameBits()
    {
        using var folder = new TemporaryFolder();
        var killed = MpiJob.Run(2, "kill", folder.Root);
        killed.FailsBy("rank 1");

        // By the rank that is left, or by mpirun where that is quicker.
        Assert.Matches("rank 1 .*(is gone|signal 9)", killed.Text);
        var whole = MpiJob.Run(1, "whole").Succeeds().Lines("state ");
        Assert.Single(whole);
        Assert.Equal(whole, MpiJob.Run(4, "finish", folder.Root).Succeeds().Lines("state "));
    }

    /// <summary>Three rows for four shards, in the first step that the ranks take after they were started again.</summary>
    [MpiFact]
    public void AJobThatEndsBeforeAShortLastBatchGoesOnToTheSameBits()
    {
        using var folder = new TemporaryFolder();
        MpiJob.Run(2, "kill-short", folder.Root).FailsBy("rank 0");
        Assert.Equal("checkpoint-0000000003.safetensors", Checkpoints(folder)[^1]);
        var whole = MpiJob.Run(1, "whole-short").Succeeds().Lines("state ");
        Assert.Single(whole);
        Assert.Equal(whole, MpiJob.Run(2, "whole-short").Succeeds().Lines("state "));
        Assert.Equal(whole, MpiJob.Run(4, "finish-short", folder.Root).Succeeds().Lines("state "));
    }

    /// <summary>All ranks look for a checkpoint at once, and one alone may rename what is damaged.</summary>
    [MpiFact]
    public void ADamagedCheckpointIsPassedOverByAllRanksAlike()
    {
        using var folder = new TemporaryFolder();
        MpiJob.Run(2, "kill", folder.Root).FailsBy("rank 1");
        var newest = Path.Combine(folder.Root, Checkpoints(folder)[^1]);
        using (var file = File.OpenWrite(newest))
            file.SetLength(file.Length / 2);
        Assert.Equal(
            MpiJob.Run(1, "whole").Succeeds().Lines("state "),
            MpiJob.Run(4, "finish", folder.Root).Succeeds().Lines("state "));
    }

    /// <summary>Shards change the order of sums and nothing else: what is drawn, scored and weighed is the batch of one process.</summary>
    [MpiFact]
    public void ATrainingInShardsIsThatOfOneProcessUpToRounding() => Assert.Equal(
        ["near IVON: True", "near elbo: True", "near learned noise: True", "near renyi: True"],
        MpiJob.Run(2, "near").Succeeds().Lines("near "));

    [MpiFact]
    public void OneShardIsATrainingThatKnowsOfNoGroup() =>
        Assert.Equal(["same: True"], MpiJob.Run(1, "one-shard").Succeeds().Lines("same"));

    [MpiFact]
    public void ARankThatThrowsEndsAllAndIsNamed() =>
        MpiJob.Run(2, "throw").FailsBy("rank 1 of 2", "no more disk");

    [MpiFact]
    public void ARankThatStallsIsNamed() =>
        MpiJob.Run(2, "stall").FailsBy("rank 1 has not come to a step for 3 s");

    [MpiFact]
    public void ACancellationOfOneRankEndsAllAfterTheSameStep() => Assert.Equal(
        ["rank 0 canceled after step 5", "rank 1 canceled after step 5"], MpiJob.Run(2, "cancel").Succeeds().Lines("rank"));

    [MpiFact]
    public void RanksThatSeeSomethingElseAreRefusedByName()
    {
        using var folder = new TemporaryFolder();
        MpiJob.Run(2, "options").FailsBy("Rank 1 of 2", "LearningRate is 0.02, and on rank 0 0.01");
        MpiJob.Run(2, "data").FailsBy("Rank 1 of 2", "the training data is");
        MpiJob.Run(2, "batches").FailsBy("Rank 1 of 2 has another batch in step 1 of epoch 1");
        MpiJob.Run(2, "predict").FailsBy("Rank 1 of 2 evaluates or predicts other data than rank 0");
        MpiJob.Run(2, "evaluate").FailsBy("Rank 1 of 2 evaluates or predicts other data than rank 0");
        MpiJob.Run(2, "beta").FailsBy("Rank 1 of 2 moves otherwise than rank 0 in step 3", "beta is 0.3");
        MpiJob.Run(2, "replicas").FailsBy("Leave Replicas out");
        MpiJob.Run(2, "folder", folder.Root).FailsBy("Rank 1 of 2 does not see what rank 0 writes");
        Assert.Empty(Directory.GetFiles(folder.Root, "*.safetensors", SearchOption.AllDirectories));
    }

    [MpiFact]
    public void ACallThatOneRankAloneMakesIsRefused() =>
        MpiJob.Run(2, "alone").FailsBy("every rank has to make the same calls in the same order");

    [MpiFact]
    public void MoreRanksThanShardsAreRefused() =>
        MpiJob.Run(5, "whole").FailsBy("mpirun started 5 ranks, and a batch is cut into 4 shards");

    [MpiFact]
    public void AnExampleThatCannotBePredictedIsNamedByItsNumberAmongAll() =>
        MpiJob.Run(2, "not-a-number").FailsBy("The inputs of example 17 hold NaN");

    private static string[] Checkpoints(TemporaryFolder folder) =>
        [.. Directory.GetFiles(folder.Root, "checkpoint-*.safetensors")
            .Select(path => Path.GetFileName(path))
            .Order(StringComparer.Ordinal)];

    private static string[] Bits(int ranks, string networks) => MpiJob.Run(ranks, "bits", networks).Succeeds().Lines("bits ");
}
