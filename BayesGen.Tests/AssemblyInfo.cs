// Dispose scopes and their statistics are per thread and the default random generator is global,
// so the collections run one after another.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
