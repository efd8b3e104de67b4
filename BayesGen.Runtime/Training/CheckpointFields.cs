using BayesGen.Serialization;

namespace BayesGen.Training;

/// <summary>
/// The fields of a state on their way into a checkpoint or back: one list of them serves both. Each method takes the present value and
/// returns the value from then on, which is the same where it is written.
/// </summary>
/// <example><c>Steps = fields.Whole("steps_done", Steps)</c></example>
internal sealed class CheckpointFields
{
    /// <summary>The number of training examples.</summary>
    public const string Examples = "examples";

    /// <summary>The steps that were taken.</summary>
    public const string StepsDone = "steps_done";

    /// <summary>What is written where a number is not known; all of them count something.</summary>
    private const long Unknown = -1;

    private readonly CheckpointContent _content;

    private CheckpointFields(CheckpointContent content, bool isReading) => (_content, IsReading) = (content, isReading);

    /// <summary>Whether values come from the checkpoint.</summary>
    public bool IsReading { get; }

    /// <summary>Writes the fields into a checkpoint.</summary>
    public static CheckpointFields WriteTo(CheckpointContent content) => new(content, isReading: false);

    /// <summary>Reads the fields of a checkpoint; one that is missing or makes no sense is a CheckpointMismatchException.</summary>
    public static CheckpointFields ReadFrom(CheckpointContent content) => new(content, isReading: true);

    /// <summary>A count that fits an int.</summary>
    public int Count(string name, int value)
    {
        if (IsReading)
            return _content.Count(name);
        _content.Put(name, value);
        return value;
    }

    /// <summary>A count.</summary>
    public long Whole(string name, long value)
    {
        if (IsReading)
            return _content.Integer(name, 0, long.MaxValue);
        _content.Put(name, value);
        return value;
    }

    /// <summary>Any whole number.</summary>
    public long Integer(string name, long value)
    {
        if (IsReading)
            return _content.Integer(name);
        _content.Put(name, value);
        return value;
    }

    /// <summary>A count that may be unknown.</summary>
    public long? Known(string name, long? value, long least = 0, long most = long.MaxValue)
    {
        if (IsReading)
            return _content.Integer(name) == Unknown ? null : _content.Integer(name, least, most);
        _content.Put(name, value ?? Unknown);
        return value;
    }

    /// <summary>Any number; every bit of it comes back.</summary>
    public double Number(string name, double value)
    {
        if (IsReading)
            return _content.Number(name);
        _content.Put(name, value);
        return value;
    }

    /// <summary>A finite number that is not negative.</summary>
    public double NotNegative(string name, double value)
    {
        if (IsReading)
            return _content.NotNegative(name);
        _content.Put(name, value);
        return value;
    }

    /// <summary>A yes or no.</summary>
    public bool Flag(string name, bool value) => Integer(name, value ? 1 : 0) != 0;

    /// <summary>Numbers by names that only the run knows; read, they take the place of those that were there.</summary>
    public void Numbers(string prefix, IDictionary<string, double> values)
    {
        if (!IsReading)
        {
            foreach (var (name, value) in values)
                _content.Put(prefix + name, value);
            return;
        }

        values.Clear();
        foreach (var name in _content.Under(prefix).Keys)
            values[name] = _content.Number(prefix + name);
    }
}
