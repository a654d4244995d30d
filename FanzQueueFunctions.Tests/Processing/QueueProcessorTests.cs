using System.Diagnostics;
using System.Diagnostics.Metrics;
using FanzQueueFunctions.Processing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;
using NSubstitute;
using NSubstitute.ExceptionExtensions;

namespace FanzQueueFunctions.Tests.Processing;

public sealed class QueueProcessorTests : IDisposable
{
    private static readonly QueueStoreException LostAnswer = new(QueueStoreError.Unreachable, "The answer was lost.");
    private static readonly QueueStoreException OutOfTime = new(QueueStoreError.Timeout, "It took too long.");

    private readonly IQueueStore _store = Substitute.For<IQueueStore>();
    private readonly IHostApplicationLifetime _lifetime = Substitute.For<IHostApplicationLifetime>();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly FakeTimeProvider _time = new();
    private readonly FakeLogger<QueueProcessor> _logger = new();
    private readonly List<Guid> _claims = [];
    private readonly List<int> _batchSizes = [];

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
    public async Task An_item_goes_to_the_store_with_its_platform_and_the_delay_of_its_next_retry()
    {
        var item = Items.Postable() with { RetryCount = 1 };
        Claims([item]);
        SettlesAs(SettledOutcome.Posted);

        await Processor().ProcessDueItemsAsync();

        var outcome = Assert.Single(SettledOutcomes());
        Assert.Equal(new ItemOutcome { ItemId = item.Id, Cluster = "girlfanz", RetryInSeconds = 240 }, outcome);
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
    public async Task A_claim_whose_settling_failed_is_finished_by_the_next_firing_after_what_is_due()
    {
        Claims([Items.Postable()], [Items.Postable()], [Items.Postable()]);
        _store.SettleAsync(default, default!, default).ReturnsForAnyArgs(
            _ => throw LostAnswer, call => Settled(call, SettledOutcome.Posted));
        var processor = Processor();

        await processor.ProcessDueItemsAsync();
        var processed = await processor.ProcessDueItemsAsync();

        Assert.Equal(new ProcessedItems(Batches: 2, Posted: 2), processed);
        Assert.Equal([10, 10, 0], _batchSizes);
        Assert.NotEqual(_claims[0], _claims[1]);
        Assert.Equal(_claims[0], _claims[2]);
    }

    [Fact]
    public async Task A_claim_that_holds_nothing_more_is_forgotten()
    {
        Claims([Items.Postable()], [], [], []);
        _store.SettleAsync(default, default!, default).ThrowsAsyncForAnyArgs(LostAnswer);
        var processor = Processor();

        for (var firing = 1; firing <= 3; firing++)
            await processor.ProcessDueItemsAsync();

        Assert.Equal([10, 10, 0, 10], _batchSizes);
    }

    [Fact]
    public async Task A_claim_that_cannot_be_finished_takes_nobody_s_place_and_is_forgotten_when_its_lease_is_over()
    {
        var stuck = Items.Postable();
        _store.ClaimAsync(default, default, default, default, default).ReturnsForAnyArgs(call =>
        {
            _batchSizes.Add(call.Arg<int>());
            return new Claim { Items = _batchSizes.Count == 1 || call.Arg<int>() == 0 ? [stuck] : [Items.Postable()] };
        });
        _store.SettleAsync(default, default!, default).ReturnsForAnyArgs(call => Settled(
            call,
            call.Arg<IReadOnlyList<ItemOutcome>>()[0].ItemId == stuck.Id ? SettledOutcome.Unsettled : SettledOutcome.Posted));
        var processor = Processor();

        List<int> posted = [];
        for (var firing = 1; firing <= 4; firing++)
        {
            posted.Add((await processor.ProcessDueItemsAsync()).Posted);
            _time.Advance(new QueueOptions().Lease / 3);
        }

        Assert.Equal([0, 1, 1, 1], posted);
        Assert.Equal([10, 10, 0, 10, 0, 10], _batchSizes);
    }

    [Fact]
    public async Task What_only_met_the_changes_of_others_is_settled_once_more_at_once_and_nothing_else_is()
    {
        ClaimedItem[] items = [Items.Postable(), Items.Postable(), Items.Postable()];
        Claims(items);
        _store.SettleAsync(default, default!, default).ReturnsForAnyArgs(
            _ =>
            [
                new() { ItemId = items[0].Id, Outcome = SettledOutcome.Unsettled, Sqlstate = "40001" },
                new() { ItemId = items[1].Id, Outcome = SettledOutcome.Posted },
                new() { ItemId = items[2].Id, Outcome = SettledOutcome.Unsettled, Sqlstate = "53100" },
            ],
            call => Settled(call, SettledOutcome.Posted),
            _ => throw new UnreachableException());

        var processed = await Processor().ProcessDueItemsAsync();

        Assert.Equal([.. items.Select(item => item.Id), items[0].Id], SettledOutcomes().Select(outcome => outcome.ItemId));
        Assert.Equal(2, processed.Posted);
    }

    [Fact]
    public async Task A_second_settle_that_fails_leaves_the_results_of_the_first()
    {
        ClaimedItem[] items = [Items.Postable(), Items.Postable()];
        Claims(items);
        _store.SettleAsync(default, default!, default).ReturnsForAnyArgs(
            _ =>
            [
                new() { ItemId = items[0].Id, Outcome = SettledOutcome.Unsettled, Sqlstate = "40001" },
                new() { ItemId = items[1].Id, Outcome = SettledOutcome.Posted },
            ],
            _ => throw LostAnswer);

        Assert.Equal(1, (await Processor().ProcessDueItemsAsync()).Posted);
    }

    [Fact]
    public async Task A_claim_that_cannot_be_finished_is_tried_a_hundred_times_within_its_lease_however_often_runs_begin()
    {
        Claims([Items.Postable()], [], [Items.Postable()], []);
        SettlesAs(SettledOutcome.Unsettled);
        var processor = Processor();

        for (var run = 1; run <= 5; run++)
            await processor.ProcessDueItemsAsync();
        var sizes = _batchSizes.ToArray();
        _time.Advance(new QueueOptions().Lease / 100);
        await processor.ProcessDueItemsAsync();

        Assert.Equal([10, 10, 0, 10, 10, 10], sizes);
        Assert.Equal([10, 0], _batchSizes[sizes.Length..]);
    }

    [Fact]
    public async Task A_settle_that_runs_out_of_time_is_repeated_in_tenths_beside_what_is_due_down_to_the_item_that_is_slow()
    {
        var slow = Items.Postable();
        ClaimedItem[] others = [.. Enumerable.Range(0, 99).Select(_ => Items.Postable() with { CreatorId = Guid.NewGuid() })];
        ClaimedItem[] left = [.. others[..50], slow, .. others[50..]];
        HoldsWhatIsLeft(() => left);
        List<int> parts = [];
        _store.SettleAsync(default, default!, default).ReturnsForAnyArgs(call =>
        {
            var outcomes = call.Arg<IReadOnlyList<ItemOutcome>>();
            parts.Add(outcomes.Count);
            if (outcomes.Any(outcome => outcome.ItemId == slow.Id && outcome.Obstacle is null))
                throw OutOfTime;
            left = [.. left.ExceptBy(outcomes.Select(outcome => outcome.ItemId), item => item.Id)];
            return Settled(call, outcomes[0].Obstacle is null ? SettledOutcome.Posted : SettledOutcome.Retried);
        });
        var processor = Processor(batchSize: 100);

        List<ProcessedItems> firings = [];
        for (var firing = 1; firing <= 5; firing++)
        {
            firings.Add(await processor.ProcessDueItemsAsync());
            _time.Advance(new QueueOptions().Lease / 100);
        }

        Assert.Equal([0, 90, 9, 0, 0], firings.Select(firing => firing.Posted));
        Assert.Equal([0, 0, 0, 1, 0], firings.Select(firing => firing.Retried));
        Assert.Equal([100, .. Enumerable.Repeat(10, 10), .. Enumerable.Repeat(1, 12)], parts);
        Assert.Equal(
            "It could not be posted in time, even by itself. It took too long.",
            Assert.Single(SettledOutcomes(), outcome => outcome.Obstacle is not null).Obstacle);
    }

    [Fact]
    public async Task Items_of_creators_who_are_slow_come_after_everybody_else_s()
    {
        Guid[] creators = [.. Enumerable.Range(0, 5).Select(_ => Guid.NewGuid())];
        ClaimedItem[] left = [.. ((int[])[0, 1, 0, 1, 2, 3, 4]).Select(n => Items.Postable() with { CreatorId = creators[n] })];
        HoldsWhatIsLeft(() => left);
        var slow = left[..4].Select(item => item.Id).ToHashSet();
        _store.SettleAsync(default, default!, default).ReturnsForAnyArgs(call =>
        {
            var outcomes = call.Arg<IReadOnlyList<ItemOutcome>>();
            if (outcomes.Any(outcome => slow.Contains(outcome.ItemId) && outcome.Obstacle is null))
                throw OutOfTime;
            left = [.. left.ExceptBy(outcomes.Select(outcome => outcome.ItemId), item => item.Id)];
            return Settled(call, outcomes[0].Obstacle is null ? SettledOutcome.Posted : SettledOutcome.Retried);
        });
        var processor = Processor(batchSize: 7);

        List<(int, int)> firings = [];
        for (var firing = 1; firing <= 5; firing++)
        {
            var processed = await processor.ProcessDueItemsAsync();
            firings.Add((processed.Posted, processed.Retried));
            _time.Advance(new QueueOptions().Lease / 100);
        }

        Assert.Equal([(0, 0), (0, 0), (3, 2), (0, 0), (0, 2)], firings);
    }

    [Fact]
    public async Task An_item_whose_failure_cannot_be_written_down_in_time_is_left_to_its_lease()
    {
        ClaimedItem[] slow = [Items.Postable()];
        HoldsWhatIsLeft(() => slow);
        _store.SettleAsync(default, default!, default).ThrowsAsyncForAnyArgs(OutOfTime);
        var processor = Processor();

        for (var firing = 1; firing <= 3; firing++)
        {
            await processor.ProcessDueItemsAsync();
            _time.Advance(new QueueOptions().Lease / 100);
        }

        // As it is, twice, and then as failed.
        Assert.Equal([false, false, true], SettledOutcomes().Select(outcome => outcome.Obstacle is not null));
    }

    [Fact]
    public async Task What_is_due_that_can_never_be_claimed_does_not_keep_what_is_in_hand_from_being_finished()
    {
        var refused = new QueueStoreException(QueueStoreError.Refused, "A trigger suppresses it.");
        var held = Items.Postable();
        _store.ClaimAsync(default, default, default, default, default).ReturnsForAnyArgs(
            _ => new Claim { Items = [held] }, _ => throw refused, _ => new Claim { Items = [held] });
        _store.SettleAsync(default, default!, default).ReturnsForAnyArgs(
            _ => throw LostAnswer, call => Settled(call, SettledOutcome.Posted));
        var processor = Processor();

        await processor.ProcessDueItemsAsync();
        var processed = await processor.ProcessDueItemsAsync();

        Assert.Equal((1, false), (processed.Posted, processed.Completed));
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
    public async Task Two_batches_are_settled_at_once_and_a_third_when_one_of_them_is()
    {
        Claims([Items.Postable()], [Items.Postable()], [Items.Postable()]);
        List<TaskCompletionSource> allowed = [];
        _store.SettleAsync(default, default!, default).ReturnsForAnyArgs(async call =>
        {
            TaskCompletionSource mine = new();
            allowed.Add(mine);
            await mine.Task;
            return Settled(call, SettledOutcome.Posted);
        });

        var run = Processor(batchSize: 1, maxBatches: 3).ProcessDueItemsAsync();

        Assert.Equal(2, allowed.Count);
        allowed[1].SetResult();
        Assert.Equal(2, allowed.Count);
        allowed[0].SetResult();
        Assert.Equal(3, allowed.Count);
        allowed[2].SetResult();
        Assert.Equal(new ProcessedItems(Batches: 3, Posted: 3), await run);
    }

    [Fact]
    public async Task A_batch_that_is_settled_while_the_settle_of_another_fails_is_counted_and_told_of()
    {
        Claims([Items.Postable()], [Items.Postable() with { ModifiedTitle = "Two" }]);
        TaskCompletionSource<IReadOnlyList<SettledItem>> first = new();
        Queue<Func<NSubstitute.Core.CallInfo, Task<IReadOnlyList<SettledItem>>>> answers = new(
            [_ => first.Task, call => Task.FromResult(Settled(call, SettledOutcome.Posted))]);
        _store.SettleAsync(default, default!, default).ReturnsForAnyArgs(call => answers.Dequeue()(call));

        var run = Processor(batchSize: 1, maxBatches: 2).ProcessDueItemsAsync();
        first.SetException(LostAnswer);

        Assert.Equal(new ProcessedItems(Batches: 1, Posted: 1, Completed: false), await run);
        Assert.Single(Log(), line => line.Contains("Processing: Two", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Items_of_dead_workers_are_looked_for_at_first_and_again_after_a_twentieth_of_the_lease()
    {
        List<TimeSpan?> leases = [];
        _store.ClaimAsync(default, default, default, default, default).ReturnsForAnyArgs(call =>
        {
            leases.Add(call.Arg<TimeSpan?>());
            return new Claim { Items = [] };
        });
        var lease = new QueueOptions().Lease;
        var processor = Processor();

        await processor.ProcessDueItemsAsync();
        await processor.ProcessDueItemsAsync();
        _time.Advance(lease / 20);
        await processor.ProcessDueItemsAsync();

        Assert.Equal([lease, null, lease], leases);
    }

    [Fact]
    public async Task Items_of_dead_workers_are_looked_for_again_at_once_while_there_may_be_more()
    {
        List<TimeSpan?> leases = [];
        _store.ClaimAsync(default, default, default, default, default).ReturnsForAnyArgs(call =>
        {
            leases.Add(call.Arg<TimeSpan?>());
            return new Claim { Items = [], Rescued = leases.Count == 1 ? 1000 : 999 };
        });
        var processor = Processor();

        for (var run = 0; run < 3; run++)
            await processor.ProcessDueItemsAsync();

        var lease = new QueueOptions().Lease;
        Assert.Equal([lease, lease, null], leases);
        Assert.Single(Log(), line => line.EndsWith("; there may be more, for the next claim", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_claim_that_fails_has_looked_for_nobody()
    {
        List<TimeSpan?> leases = [];
        _store.ClaimAsync(default, default, default, default, default).ReturnsForAnyArgs(
            call =>
            {
                leases.Add(call.Arg<TimeSpan?>());
                throw LostAnswer;
            },
            call =>
            {
                leases.Add(call.Arg<TimeSpan?>());
                return new Claim { Items = [] };
            });
        var processor = Processor();

        await processor.ProcessDueItemsAsync();
        await processor.ProcessDueItemsAsync();

        Assert.NotNull(leases[1]);
    }

    [Fact]
    public async Task The_log_has_no_titles_where_they_are_turned_off()
    {
        Claims([Items.Postable() with { ModifiedTitle = "One" }]);
        SettlesAs(SettledOutcome.Posted);

        await Processor(logTitles: false).ProcessDueItemsAsync();

        Assert.Contains(Log(), line => line.Contains("Processing: (title not logged) → ", StringComparison.Ordinal));
        Assert.DoesNotContain(Log(), line => line.Contains("One", StringComparison.Ordinal));
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
        Claims([.. Enumerable.Range(0, 6).Select(_ => new[] { Items.Postable() })]);
        _store.SettleAsync(default, default!, default).ReturnsForAnyArgs(
            _ => throw LostAnswer, call => Settled(call, SettledOutcome.Posted));
        var processor = Processor(batchSize: 1, maxBatches: 2);

        var first = await processor.ProcessDueItemsAsync();
        var second = await processor.ProcessDueItemsAsync();

        Assert.Equal((false, 0), (first.Completed, first.Posted));
        Assert.Equal((true, 4), (second.Completed, second.Posted));
        Assert.Equal([10, 10, 10, 10, 0, 0], _batchSizes.Select(size => size * 10));
        Assert.Equal(_claims[..2].Order(), _claims[4..].Order());
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
    public async Task A_token_that_is_cancelled_settles_what_is_in_hand_without_it_and_claims_no_more()
    {
        using var cancelled = new CancellationTokenSource();
        Claims([Items.Postable()], [Items.Postable()], [Items.Postable()]);
        List<CancellationToken> given = [];
        _store.SettleAsync(default, default!, default).ReturnsForAnyArgs(call =>
        {
            cancelled.Cancel();
            given.Add(call.Arg<CancellationToken>());
            return Settled(call, SettledOutcome.Posted);
        });

        var processed = await Processor(batchSize: 1, maxBatches: 5).ProcessDueItemsAsync(cancelled.Token);

        Assert.Equal(new ProcessedItems(Batches: 2, Posted: 2), processed);
        Assert.Equal(2, _claims.Count);
        Assert.DoesNotContain(given, token => token.CanBeCanceled);
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

    private QueueProcessor Processor(int batchSize = 10, int maxBatches = 1, bool logTitles = true) => Processors.Over(
        _store,
        _services,
        new() { BatchSize = batchSize, MaxBatchesPerFiring = maxBatches, LogTitles = logTitles },
        _time,
        _lifetime,
        logger: _logger);

    private string[] Log() => [.. _logger.Collector.GetSnapshot().Select(record => record.Message)];

    private void Claims(params ClaimedItem[][] batches)
    {
        var next = 0;
        _store.ClaimAsync(default, default, default, default, default).ReturnsForAnyArgs(call =>
        {
            _claims.Add(call.Arg<Guid>());
            _batchSizes.Add(call.Arg<int>());
            return new Claim { Items = next < batches.Length ? batches[next++] : [] };
        });
    }

    /// <summary>The first claim takes it all, a repeated one tells what is left, and nothing else is due.</summary>
    private void HoldsWhatIsLeft(Func<ClaimedItem[]> left) =>
        _store.ClaimAsync(default, default, default, default, default).ReturnsForAnyArgs(call =>
        {
            _batchSizes.Add(call.Arg<int>());
            return new Claim { Items = _batchSizes.Count == 1 || call.Arg<int>() == 0 ? left() : [] };
        });

    private void SettlesAs(SettledOutcome outcome) =>
        _store.SettleAsync(default, default!, default).ReturnsForAnyArgs(call => Settled(call, outcome));

    private static IReadOnlyList<SettledItem> Settled(NSubstitute.Core.CallInfo call, SettledOutcome outcome) =>
        [.. call.Arg<IReadOnlyList<ItemOutcome>>().Select(o => new SettledItem { ItemId = o.ItemId, Outcome = outcome })];

    private IEnumerable<ItemOutcome> SettledOutcomes() => _store.ReceivedCalls()
        .Where(call => call.GetMethodInfo().Name == nameof(IQueueStore.SettleAsync))
        .SelectMany(call => (IReadOnlyList<ItemOutcome>)call.GetArguments()[1]!);
}
