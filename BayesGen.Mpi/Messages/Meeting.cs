namespace BayesGen.Mpi.Messages;

/// <summary>What the processes of a group come together for.</summary>
internal enum Meeting
{
    /// <summary>The group begins: who is who.</summary>
    Introduction = 1,

    /// <summary>A training begins.</summary>
    Start,

    /// <summary>The gradients of a step.</summary>
    Step,

    /// <summary>What rank 0 says.</summary>
    Announcement,

    /// <summary>The numbers of all.</summary>
    Collection,

    /// <summary>A rank cannot go on.</summary>
    Failure,

    /// <summary>The program is done with the group.</summary>
    Farewell,
}
