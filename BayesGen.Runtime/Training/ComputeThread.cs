using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace BayesGen.Training;

/// <summary>
/// A thread that computes with a share of Torch's threads of its own. Work runs in the order in which it was handed over; the tensors that
/// it leaves behind live, and die, on this thread.
/// </summary>
internal sealed class ComputeThread : IDisposable
{
    /// <summary>
    /// How many threads Torch computes with is set for a thread, and remembered for threads to come; nobody else should come in between.
    /// </summary>
    private static readonly Lock Settings = new();

    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;
    private IDisposable? _scope;

    /// <param name="name">For debuggers.</param>
    /// <param name="threads">The number of threads that Torch computes with on this one, itself included.</param>
    public ComputeThread(string name, int threads)
    {
        _thread = new Thread(() =>
        {
            foreach (var work in _work.GetConsumingEnumerable())
                work();
        })
        {
            Name = name,
            IsBackground = true,
        };
        _thread.Start();
        lock (Settings)
        {
            var others = get_num_threads();
            using var isSet = new ManualResetEventSlim();
            _work.Add(() =>
            {
                // Asking comes first: it settles the number for a new thread, which would undo what was set before.
                get_num_threads();
                set_num_threads(threads);
                isSet.Set();
            });
            isSet.Wait();

            // The same number again for this thread, and for those that are yet to come.
            set_num_threads(others);
        }
    }

    /// <summary>Starts some work.</summary>
    /// <typeparam name="T">What it gives.</typeparam>
    /// <param name="work">Its tensors live until <see cref="Release"/>.</param>
    public Pending<T> Start<T>(Func<T> work)
    {
        var pending = new Pending<T>();
        _work.Add(() =>
        {
            _scope ??= NewDisposeScope();
            pending.Run(work);
        });
        return pending;
    }

    /// <summary>Lets go of the tensors of all work so far.</summary>
    public void Release() => _work.Add(ReleaseNow);

    public void Dispose()
    {
        _work.Add(ReleaseNow);
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }

    private void ReleaseNow()
    {
        _scope?.Dispose();
        _scope = null;
    }

    /// <summary>Work that was started.</summary>
    public sealed class Pending<T>
    {
        private readonly ManualResetEventSlim _isDone = new();
        private ExceptionDispatchInfo? _failure;
        private T? _result;

        /// <summary>Waits for the work, whether it succeeds or fails.</summary>
        public void Wait() => _isDone.Wait();

        /// <summary>What the work gave.</summary>
        /// <exception cref="Exception">What the work threw.</exception>
        public T Result()
        {
            _isDone.Wait();
            _failure?.Throw();
            return _result!;
        }

        internal void Run(Func<T> work)
        {
            try
            {
                _result = work();
            }
            catch (Exception exception)
            {
                // Thrown again where the result is asked for.
                _failure = ExceptionDispatchInfo.Capture(exception);
            }
            finally
            {
                _isDone.Set();
            }
        }
    }
}
