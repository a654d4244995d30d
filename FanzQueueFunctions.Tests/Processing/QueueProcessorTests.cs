using System.Diagnostics.Metrics;
using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;
using NSubstitute;
using NSubstitute.ExceptionExtensions;

namespace FanzQueueFunctions.Tests.Processing;

public sealed class QueueProcessorTests : IDisposable
{
    private static readonly QueueStoreException LostAnswer = new(QueueStoreError.Unreachable, "The answer was lost.");

    private readonly IQueueStore _store = Substitute.For<IQueueStore>();
    private readonly IHostApplicationLifetime _lifetime = Substitute.For<IHostApplicationLifetime>();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly FakeTimeProvider _time = new();
    private readonly FakeLogger<QueueProcessor> _logger = new();
    private readonly List<Guid> _claims = [];

    public void Dispose() => _services.Dispose();

    [Fact]
    public async Task A_full_batch_is_followed_by_the_next_up_to_the_most_a_firing()
    {
        Claims([Items.Postable()], [Items.Postable()], [Items.Postable()]);
        SettlesAs(SettledOutcome.Posted);

        var processed = await Processor(batchSize: 1, maxBatches: 2).ProcessDueItemsAsync();

        Assert.Equal(new ProcessedItems(Batches: 2, Posted: 2), processed);
    }

    [Fact]
    public async Task A_short_batch_is_the_last_of_its_firing()
    {
        Claims([Items.Postable()], [Items.Postable()]);
        SettlesAs(SettledOutcome.Posted);

        var processed = await Processor(batchSize: 2, maxBatches: 9).ProcessDueItemsAsync();

        Assert.Equal(1, processed.Batches);
        Assert.Single(_claims);
    }

    [Fact]
    public async Task An_empty_claim_settles_nothing()
    {
        Claims([]);

        await Processor().ProcessDueItemsAsync();

        await _store.DidNotReceiveWithAnyArgs().SettleAsync(default, default!, default);
    }

    [Fact]
    public async Task An_item_goes_to_the_store_as_a_patch_with_the_delay_of_its_next_retry()
    {
        var item = Items.Postable() with { RetryCount = 1 };
        Claims([item]);
        SettlesAs(SettledOutcome.Posted);

        await Processor().ProcessDueItemsAsync();

        var outcome = Assert.Single(SettledOutcomes());
        Assert.Equal(
            new ItemOutcome { ItemId = item.Id, Patch = PostComposer.Patch(item), RetryInSeconds = 240 }, outcome);
    }

    [Fact]
    public async Task A_refused_item_goes_to_the_store_with_the_reason_and_no_retry()
    {
        var item = Items.Postable() with { Original = null };
        Claims([item]);
        SettlesAs(SettledOutcome.Failed);

        await Processor().ProcessDueItemsAsync();

        var outcome = Assert.Single(SettledOutcomes());
        Assert.Equal(new ItemOutcome { ItemId = item.Id, Refusal = "The original post is gone." }, outcome);
    }

    [Fact]
    public async Task A_store_that_fails_ends_the_run_without_an_exception()
    {
        _store.ClaimAsync(default, default, default, default, default).ThrowsAsyncForAnyArgs(LostAnswer);

        var processed = await Processor().ProcessDueItemsAsync();

        Assert.False(processed.Completed);
    }

    [Fact]
    public async Task A_claim_whose_settling_failed_is_taken_up_again_under_the_same_id_by_the_next_firing()
    {
        Claims([Items.Postable()], [Items.Postable()], []);
        _store.SettleAsync(default, default!, default).ReturnsForAnyArgs(
            _ => throw LostAnswer, call => Settled(call, SettledOutcome.Posted));
        var processor = Processor();

        await processor.ProcessDueItemsAsync();
        await processor.ProcessDueItemsAsync();

        Assert.Equal(2, _claims.Count);
        Assert.Equal(_claims[0], _claims[1]);
    }

    [Fact]
    public async Task A_claim_taken_up_again_that_holds_nothing_more_is_followed_by_a_new_one()
    {
        Claims([Items.Postable()], [], [Items.Postable()]);
        _store.SettleAsync(default, default!, default).ReturnsForAnyArgs(
            _ => throw LostAnswer, call => Settled(call, SettledOutcome.Posted));
        var processor = Processor();

        await processor.ProcessDueItemsAsync();
        var processed = await processor.ProcessDueItemsAsync();

        Assert.Equal(1, processed.Posted);
        Assert.Equal(_claims[0], _claims[1]);
        Assert.NotEqual(_claims[1], _claims[2]);
    }

    [Fact]
    public async Task An_unsettled_item_s_claim_is_taken_up_again()
    {
        Claims([Items.Postable()], [Items.Postable()]);
        _store.SettleAsync(default, default!, default).ReturnsForAnyArgs(
            call => Settled(call, SettledOutcome.Unsettled), call => Settled(call, SettledOutcome.Posted));
        var processor = Processor();

        await processor.ProcessDueItemsAsync();
        await processor.ProcessDueItemsAsync();

        Assert.Equal(_claims[0], _claims[1]);
    }

    [Fact]
    public async Task The_next_batch_is_claimed_while_one_is_settled()
    {
        Claims([Items.Postable()], [Items.Postable()]);
        List<int> claimedAtSettle = [];
        _store.SettleAsync(default, default!, default).ReturnsForAnyArgs(call =>
        {
            claimedAtSettle.Add(_claims.Count);
            return Settled(call, SettledOutcome.Posted);
        });

        await Processor(batchSize: 1, maxBatches: 2).ProcessDueItemsAsync();

        Assert.Equal([2, 2], claimedAtSettle);
    }

    [Fact]
    public async Task The_log_tells_of_batches_one_after_the_other()
    {
        Claims([Items.Postable() with { ModifiedTitle = "One" }], [Items.Postable() with { ModifiedTitle = "Two" }]);
        SettlesAs(SettledOutcome.Posted);

        await Processor(batchSize: 1, maxBatches: 2).ProcessDueItemsAsync();

        Assert.Collection(
            Log(),
            line => Assert.Contains("Processing 1 queue items...", line, StringComparison.Ordinal),
            line => Assert.Contains("Processing: One", line, StringComparison.Ordinal),
            line => Assert.Contains("SUCCESS", line, StringComparison.Ordinal),
            line => Assert.Contains("Batch complete", line, StringComparison.Ordinal),
            line => Assert.Contains("Processing 1 queue items...", line, StringComparison.Ordinal),
            line => Assert.Contains("Processing: Two", line, StringComparison.Ordinal),
            line => Assert.Contains("SUCCESS", line, StringComparison.Ordinal),
            line => Assert.Contains("Batch complete", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_log_tells_items_apart_that_were_queued_at_once()
    {
        ClaimedItem[] items =
        [
            Items.Postable() with { Id = new("01a20dc9-3679-7935-9e5a-4862e716aaec") },
            Items.Postable() with { Id = new("01a20dc9-3679-7293-ab6a-16da1b470796") },
            Items.Postable() with { Id = new("a1b2c3d4-f9e8-4d7c-9e5a-4862e716aaec") },
        ];
        Claims(items);
        SettlesAs(SettledOutcome.Posted);

        await Processor().ProcessDueItemsAsync();

        Assert.Equal(
            ["[e716aaec]", "[1b470796]", "[a1b2c3d4]"],
            Log().Where(line => line.Contains("SUCCESS", StringComparison.Ordinal)).Select(line => line[..10]));
    }

    [Fact]
    public async Task A_settled_batch_is_reported_before_the_next_claim_is_waited_for()
    {
        var claimed = new TaskCompletionSource<Claim>();
        _store.ClaimAsync(default, default, default, default, default).ReturnsForAnyArgs(
            Task.FromResult(new Claim { Items = [Items.Postable()] }), claimed.Task);
        SettlesAs(SettledOutcome.Posted);

        var run = Processor(batchSize: 1, maxBatches: 2).ProcessDueItemsAsync();
        var reported = Log();
        claimed.SetException(LostAnswer);
        await run;

        Assert.Contains("Batch complete", reported[^1], StringComparison.Ordinal);
        Assert.Contains("Run ended", Log()[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_claim_made_while_a_settle_fails_is_taken_up_again_by_the_next_firing()
    {
        Claims([Items.Postable()], [Items.Postable()], [Items.Postable()], [Items.Postable()]);
        _store.SettleAsync(default, default!, default).ReturnsForAnyArgs(
            _ => throw LostAnswer, call => Settled(call, SettledOutcome.Posted));
        var processor = Processor(batchSize: 1, maxBatches: 2);

        var first = await processor.ProcessDueItemsAsync();
        var second = await processor.ProcessDueItemsAsync();

        Assert.Equal((false, 0), (first.Completed, first.Posted));
        Assert.Equal((true, 2), (second.Completed, second.Posted));
        Assert.Equal(_claims[..2], _claims[2..]);
    }

    [Fact]
    public async Task A_stop_settles_what_is_in_hand_and_claims_no_more()
    {
        using var stopping = new CancellationTokenSource();
        _lifetime.ApplicationStopping.Returns(stopping.Token);
        Claims([Items.Postable()], [Items.Postable()], [Items.Postable()]);
        _store.SettleAsync(default, default!, default).ReturnsForAnyArgs(call =>
        {
            stopping.Cancel();
            return Settled(call, SettledOutcome.Posted);
        });

        var processed = await Processor(batchSize: 1, maxBatches: 5).ProcessDueItemsAsync();

        Assert.Equal(new ProcessedItems(Batches: 2, Posted: 2), processed);
        Assert.Equal(2, _claims.Count);
    }

    [Fact]
    public async Task A_run_whose_time_is_over_settles_what_is_in_hand_and_claims_no_more()
    {
        Claims([Items.Postable()], [Items.Postable()], [Items.Postable()]);
        _store.SettleAsync(default, default!, default).ReturnsForAnyArgs(call =>
        {
            _time.Advance(new QueueOptions().MaxRun);
            return Settled(call, SettledOutcome.Posted);
        });

        var processed = await Processor(batchSize: 1, maxBatches: 5).ProcessDueItemsAsync();

        Assert.Equal(new ProcessedItems(Batches: 2, Posted: 2), processed);
        Assert.Equal(2, _claims.Count);
    }

    [Fact]
    public async Task Items_are_counted_by_outcome_and_platform_and_an_unknown_platform_is_no_series()
    {
        List<string> counted = [];
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "queue.items" && instrument.Meter.Scope == _services.GetService<IMeterFactory>())
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
            counted.Add($"{value} {tags[0].Value} {tags[1].Value}"));
        listener.Start();
        Claims([Items.Postable(), Items.Postable() with { TargetPlatform = "<script>", PlatformKnown = false }]);
        SettlesAs(SettledOutcome.Posted);

        await Processor().ProcessDueItemsAsync();

        Assert.Equal(["1 posted girlfanz", "1 posted unknown"], counted);
    }

    [Fact]
    public async Task A_database_that_does_not_answer_reads_as_unhealthy()
    {
        _store.ReadHealthAsync(default, default).ThrowsAsyncForAnyArgs(LostAnswer);

        var report = await Processor().ReportHealthAsync();

        Assert.Equal(HealthStatus.Unhealthy, report.Status);
    }

    private QueueProcessor Processor(int batchSize = 10, int maxBatches = 1) => new(
        _store,
        new QueueOptions { BatchSize = batchSize, MaxBatchesPerFiring = maxBatches },
        new QueueMetrics(_services.GetRequiredService<IMeterFactory>()),
        new StartCheck(new DatabaseCheck(_store), _lifetime, NullLogger<StartCheck>.Instance),
        _lifetime,
        new RunsInHand(),
        _time,
        _logger);

    private string[] Log() => [.. _logger.Collector.GetSnapshot().Select(record => record.Message)];

    private void Claims(params ClaimedItem[][] batches)
    {
        var next = 0;
        _store.ClaimAsync(default, default, default, default, default).ReturnsForAnyArgs(call =>
        {
            _claims.Add(call.Arg<Guid>());
            return new Claim { Items = next < batches.Length ? batches[next++] : [] };
        });
    }

    private void SettlesAs(SettledOutcome outcome) =>
        _store.SettleAsync(default, default!, default).ReturnsForAnyArgs(call => Settled(call, outcome));

    private static IReadOnlyList<SettledItem> Settled(NSubstitute.Core.CallInfo call, SettledOutcome outcome) =>
        [.. call.Arg<IReadOnlyList<ItemOutcome>>().Select(o => new SettledItem { ItemId = o.ItemId, Outcome = outcome })];

    private IEnumerable<ItemOutcome> SettledOutcomes() => _store.ReceivedCalls()
        .Where(call => call.GetMethodInfo().Name == nameof(IQueueStore.SettleAsync))
        .SelectMany(call => (IReadOnlyList<ItemOutcome>)call.GetArguments()[1]!);
}
