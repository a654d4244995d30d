using FanzQueueFunctions.Processing;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Time.Testing;
using NSubstitute;

namespace FanzQueueFunctions.Tests.Processing;

/// <summary>How often the database is asked whether it answers, however many ask the app.</summary>
public sealed class DatabaseHealthCheckTests
{
    private readonly IQueueStore _store = Substitute.For<IQueueStore>();
    private readonly TaskCompletionSource<QueueHealth> _answer = new();
    private readonly FakeTimeProvider _time = new();
    private readonly DatabaseHealthCheck _check;

    public DatabaseHealthCheckTests()
    {
        _store.ReadHealthAsync(default, default).ReturnsForAnyArgs(_ => _answer.Task);
        _check = new(_store, new(), _time);
    }

    [Fact]
    public async Task All_who_ask_at_once_share_one_question_and_who_leaves_does_not_end_it()
    {
        using var leaver = new CancellationTokenSource();
        var left = AskAsync(leaver.Token);
        var others = Enumerable.Range(0, 100).Select(_ => AskAsync(CancellationToken.None)).ToList();

        await leaver.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        _answer.SetException(new QueueStoreException(QueueStoreError.Unreachable, "It is down."));

        Assert.All(await Task.WhenAll(others), result => Assert.Equal(Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Unhealthy, result.Status));
        Assert.Equal(1, Questions());
    }

    [Fact]
    public async Task An_answer_is_kept_for_ten_seconds()
    {
        _answer.SetException(new QueueStoreException(QueueStoreError.Unreachable, "It is down."));
        await AskAsync(CancellationToken.None);

        _time.Advance(TimeSpan.FromSeconds(9.9));
        await AskAsync(CancellationToken.None);
        Assert.Equal(1, Questions());

        _time.Advance(TimeSpan.FromSeconds(0.1));
        await AskAsync(CancellationToken.None);
        Assert.Equal(2, Questions());
    }

    private Task<HealthCheckResult> AskAsync(CancellationToken cancellationToken) =>
        _check.CheckHealthAsync(new HealthCheckContext(), cancellationToken);

    private int Questions() => _store.ReceivedCalls().Count();
}
