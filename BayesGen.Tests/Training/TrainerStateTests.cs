using System.Reflection;
using System.Runtime.CompilerServices;

namespace BayesGen.Tests;

/// <summary>What a training changes is in its state, which a checkpoint holds, or on a short list with reasons.</summary>
public class TrainerStateTests
{
    /// <summary>Types whose whole content a checkpoint holds, by <see cref="TrainerState"/>.</summary>
    private static readonly Type[] InCheckpoint =
    [
        typeof(TrainerState), typeof(NoisePlace), typeof(EpochCursor), typeof(RunningMeans), typeof(StoppingWatch),
        typeof(PosteriorSteps), typeof(IvonSteps),
    ];

    /// <summary>What changes and is in no checkpoint, and why.</summary>
    private static readonly Dictionary<string, string> NotInCheckpoint = new()
    {
        ["TrainerUse"] = "who is inside the trainer at this moment",
        ["TrainingNotices"] = "what one call of Train has told",
        ["CheckpointManager._folder"] = "held by one process",
        ["CheckpointManager._savedAt"] = "the place of the last file, which a resumed training is at",
        ["CheckpointManager._wentBack"] = "a training that is resumed goes back to the newest file first",
        ["CheckpointManager.Last"] = "the file itself",
        ["CheckpointResume.FirstEpochLeft"] = "whether a resumed training has gone on yet; the number is TrainerState.FirstEpoch",
        ["NonFiniteGuard._start"] = "a checkpoint in memory",
        ["NonFiniteGuard._readsLate"] = "decided again by each call of Train",
        ["NonFiniteGuard._wasFinite"] = "looked at again by each call of Train",
        ["NonFiniteGuard._leftOut"] = "whether one call of Train has told of it",
        ["NonFiniteGuard._firstFit"] = "a resumed training measures it again",
        ["NonFiniteGuard._measured"] = "a resumed training measures it again",
        ["NonFiniteGuard._buffersBefore"] = "of the running step",
        ["NonFiniteGuard._goodBuffers"] = "what is read is saved, so a checkpoint's own buffers are good",
        ["BatchForward.OfTraining"] = "read from the targets again by each call of Train",
        ["StepReader._unread"] = "everything is read before a checkpoint is written",
        ["StepReader._familiesOfSteps"] = "which objects the optimizers were made for",
        ["StepReader._priorsOfSteps"] = "which objects the optimizers were made for",
        ["StepReader._readsLate"] = "decided again by each call of Train",
        ["StepReader.ReadsLateEverywhere"] = "a switch for tests",
        ["PendingStepResult"] = "everything is read before a checkpoint is written",
        ["SampleExecutor"] = "replicas and threads, made again from the options; their noise is placed by the step",
        ["SampleWorker"] = "where the noise of the running step is",
        ["ComputeThread"] = "a thread",
        ["ModuleModes"] = "a list that nobody changes",
        ["TrainingLoop._modesOfTraining"] = "of one call of Train",
        ["TrainingLoop.IsCanceled"] = "of one call of Train",
        ["TrainingLoop._epochs"] = "the result of one call of Train",
        ["StepRunner._gatherer"] = "made again from the options",
        ["StepRunner._layers"] = "found again from the options",
        ["LayerRates._parts"] = "what the layers are before the running step",
        ["StepRunner._sharedBy"] = "from the options or the data, when a training begins",
    };

    [Fact]
    public void WhatATrainerChangesIsInItsStateOrOnTheList()
    {
        var mutable = Types(typeof(VariationalTrainer), typeof(TrainingLoop))
            .Where(type => !InCheckpoint.Contains(type))
            .SelectMany(type => Fields(type).Where(IsMutable).Select(field => (Type: type.Name, Name: $"{type.Name}.{NameOf(field)}")))
            .ToList();
        Assert.Equal([], mutable.Where(one => !NotInCheckpoint.ContainsKey(one.Type) && !NotInCheckpoint.ContainsKey(one.Name)));

        // A reason for what is not there would hide the next one.
        Assert.Equal([], NotInCheckpoint.Keys.Except(mutable.SelectMany(one => new[] { one.Type, one.Name })));
    }

    [Fact]
    public void EveryNumberOfTheStateComesBackFromACheckpoint()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianGaussianRegressor(new GaussianRegressor());
        var options = new TrainerOptions { EarlyStopping = new() { RestoreBest = false }, Beta = new LinearWarmup(3) };
        using var one = Parts();
        using var other = Parts();
        var properties = typeof(TrainerState).GetProperties().Where(property => property.SetMethod is not null
            && property.PropertyType.IsValueType).ToList();
        var next = 3L;
        foreach (var property in properties)
            property.SetValue(one.State, Convert.ChangeType(
                next++, Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType));
        model.Arena.Noise.Reseed(7, 11);
        one.State.Noise.Keep();
        model.Arena.Noise.Reseed(0, 0);
        one.State.Cursor.Step = 5;
        one.State.Cursor.Skipped = 2;
        one.State.Cursor.RandomOfEpoch = get_rng_state().DetachFromDisposeScope();
        one.State.Cursor.Means.Add(new StepResult(
            1, 5, 9, null, 7, 0.1, 0.2, 0.3, 0.4, new Dictionary<string, double> { ["m"] = 0.5 }));
        one.State.Advance(30, 1, 1, 1, 1, 1);
        using var content = one.Content.Snapshot(source: null);
        other.Content.Restore(content, _ => { });
        Assert.True(properties.Count >= 9);
        foreach (var property in properties)
            Assert.Equal(property.GetValue(one.State), property.GetValue(other.State));
        Assert.Equal((7, 11), (model.Arena.Noise.Seed, model.Arena.Noise.Calls));
        Assert.Equal((5, 2), (other.State.Cursor.Step, other.State.Cursor.Skipped));
        Assert.Equal(one.State.Cursor.Means.Metrics, other.State.Cursor.Means.Metrics);
        Assert.Equal(one.State.Cursor.Means.Divergence, other.State.Cursor.Means.Divergence);
        Assert.False(other.State.Schedule.IsUnderWay);
        Assert.NotNull(other.State.Cursor.Random);

        // The same state writes the same checkpoint: nothing was read that is not written, or the other way round.
        using var again = other.Content.Snapshot(source: null);
        Assert.Equal(content.Values, again.Values);
        Assert.Equal(content.Tensors.Keys.Order(), again.Tensors.Keys.Order());

        TrainingParts Parts()
        {
            var parts = new TrainingParts(new TrainingSetup(model, model.call, new ElboLoss(), options, ivon: null), []);
            parts.Runner.Prepare(10);
            return parts;
        }
    }

    /// <summary>The classes of the room Training that objects of some classes hold, directly or through others.</summary>
    private static HashSet<Type> Types(params IEnumerable<Type> roots)
    {
        var names = RuntimeSources.All().Select(file => file.Name.Replace('\\', '/'))
            .Where(name => name.StartsWith("Training/", StringComparison.Ordinal))
            .Select(name => Path.GetFileNameWithoutExtension(name)).ToHashSet();
        var assembly = typeof(VariationalTrainer).Assembly;
        var (found, open) = (new HashSet<Type>(), new Stack<Type>(roots));
        while (open.TryPop(out var type))
        {
            foreach (var argument in type.GetGenericArguments())
                open.Push(argument);
            if (type.Assembly != assembly || !names.Contains(type.Name) || IsRecord(type) || !found.Add(type))
                continue;
            foreach (var held in Fields(type).Select(field => field.FieldType)
                .Concat(type.IsInterface ? assembly.GetTypes().Where(one => one.IsClass && one.IsAssignableTo(type)) : []))
                open.Push(held);
        }

        return found;
    }

    private static IEnumerable<FieldInfo> Fields(Type type) =>
        type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
            .Where(field => !(field.Name.StartsWith('<') && field.Name.EndsWith(">P", StringComparison.Ordinal)));

    private static bool IsMutable(FieldInfo field) => !field.IsInitOnly
        || (field.FieldType.IsGenericType && field.FieldType.GetGenericTypeDefinition() is var generic
            && (generic == typeof(List<>) || generic == typeof(Dictionary<,>)));

    /// <summary>The name of a field, or of the property that it is behind.</summary>
    private static string NameOf(FieldInfo field) => field.IsDefined(typeof(CompilerGeneratedAttribute)) && field.Name[0] == '<'
        ? field.Name[1..field.Name.IndexOf('>')]
        : field.Name;

    /// <summary>Records are values, with init-only properties.</summary>
    private static bool IsRecord(Type type) => type.GetMethod("<Clone>$") is not null;
}
