using System.Threading.Channels;

namespace FanzQueueFunctions.Standalone.Tests;

/// <summary>The runs of a test's function: each tells that it began, and ends when and as the test says.</summary>
internal sealed class Runs
{
    private readonly Channel<Run> _begun = Channel.CreateUnbounded<Run>();
    private int _underWay;

    public int MostAtOnce { get; private set; }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _underWay));
        var run = new Run(cancellationToken);
        _begun.Writer.TryWrite(run);
        try
        {
            await run.Ending.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    public Task<Run> NextAsync() => _begun.Reader.ReadAsync(Now.Token).AsTask().Soon();

    public bool NoneWaiting => _begun.Reader.Count == 0;

    internal sealed class Run(CancellationToken token)
    {
        public TaskCompletionSource Ending { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public CancellationToken Token => token;

        public void End() => Ending.SetResult();

        public void Fail(Exception exception) => Ending.SetException(exception);
    }
}
