using System.Collections.Concurrent;
using System.Threading.Channels;
using FanzQueueFunctions.Testbed.FunctionsHost.Rpc;
using Grpc.Core;

namespace FanzQueueFunctions.Testbed.FunctionsHost;

/// <summary>The stream that the worker opens: questions go out, answers and log lines come in.</summary>
internal sealed class WorkerChannel(Action<RpcLog> onLog) : FunctionRpc.FunctionRpcBase
{
    private readonly Channel<StreamingMessage> _outgoing = Channel.CreateUnbounded<StreamingMessage>();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<StreamingMessage>> _asked = [];
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile WorkerGoneException? _gone;

    /// <summary>Ends when the worker has opened the stream.</summary>
    public Task Opened => _opened.Task;

    public void Send(StreamingMessage message) => _outgoing.Writer.TryWrite(message);

    /// <returns>The worker's answer.</returns>
    /// <exception cref="WorkerGoneException">The worker ended before it answered.</exception>
    public async Task<StreamingMessage> AskAsync(StreamingMessage question)
    {
        var answer = new TaskCompletionSource<StreamingMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        question.RequestId = Guid.NewGuid().ToString();
        _asked[question.RequestId] = answer;
        Send(question);
        // It may have gone just before the question was noted.
        if (_gone is { } gone)
            answer.TrySetException(gone);
        return await answer.Task;
    }

    /// <summary>Nothing will be answered any more.</summary>
    public void Close(WorkerGoneException gone)
    {
        _gone = gone;
        _opened.TrySetException(gone);
        foreach (var answer in _asked.Values)
            answer.TrySetException(gone);
    }

    public override async Task EventStream(
        IAsyncStreamReader<StreamingMessage> requestStream,
        IServerStreamWriter<StreamingMessage> responseStream,
        ServerCallContext context)
    {
        var ended = context.CancellationToken;
        var sending = SendAllAsync(responseStream, ended);
        try
        {
            await foreach (var message in requestStream.ReadAllAsync(ended))
                Take(message);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The worker was killed.
        }

        await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task SendAllAsync(IServerStreamWriter<StreamingMessage> stream, CancellationToken ended)
    {
        await foreach (var message in _outgoing.Reader.ReadAllAsync(ended))
            await stream.WriteAsync(message, ended);
    }

    private void Take(StreamingMessage message)
    {
        if (message.ContentCase == StreamingMessage.ContentOneofCase.StartStream)
            _opened.TrySetResult();
        else if (message.ContentCase == StreamingMessage.ContentOneofCase.RpcLog)
            onLog(message.RpcLog);
        else if (_asked.TryRemove(message.RequestId, out var answer))
            answer.TrySetResult(message);
    }
}
