using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;

namespace FanzQueueFunctions.Tests.Storage;

/// <summary>What the store promises, whichever transport it has.</summary>
public sealed class QueueStoreTests(PostgresFixture postgres)
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(15);

    [Theory, InlineData(Transport.Direct), InlineData(Transport.Rest)]
    public async Task A_claim_brings_what_is_needed_to_decide_and_to_log(Transport transport)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var test = await StoreUnderTest.CreateAsync(database, transport);
        var creator = await database.AddCreatorAsync();
        var item = await database.AddItemAsync(
            await database.AddPostAsync(creator),
            with: "modified_title = 'Für dich 🎁', retry_count = 2, max_retries = 5");

        var claim = await test.Store.ClaimAsync(Guid.CreateVersion7(), 10, Lease, fair: false, CancellationToken.None);

        Assert.Equal(
            new ClaimedItem
            {
                Id = item,
                CreatorId = creator,
                TargetPlatform = "girlfanz",
                PlatformKnown = true,
                ModifiedTitle = "Für dich 🎁",
                RetryCount = 2,
                MaxRetries = 5,
                Original = new OriginalPost
                {
                    CreatorId = creator,
                    Title = "An original",
                    Status = "published",
                    ModerationStatus = "approved",
                },
            },
            Assert.Single(claim.Items));
    }

    [Theory, InlineData(Transport.Direct), InlineData(Transport.Rest)]
    public async Task A_claim_tells_how_many_items_it_freed_and_gave_up(Transport transport)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var test = await StoreUnderTest.CreateAsync(database, transport);
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        const string Expired = "status = 'processing', processing_started_at = now() - interval '1 hour'";
        await database.AddItemAsync(post, with: Expired);
        await database.AddItemAsync(post, with: Expired + ", rescue_count = 3");

        var claim = await test.Store.ClaimAsync(Guid.CreateVersion7(), 10, Lease, fair: false, CancellationToken.None);

        Assert.Equal((1, 1), (claim.Rescued, claim.GivenUp));
        Assert.Single(claim.Items);
    }

    [Theory, InlineData(Transport.Direct), InlineData(Transport.Rest)]
    public async Task Settling_tells_of_each_item_how_it_ended(Transport transport)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var test = await StoreUnderTest.CreateAsync(database, transport);
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        var posted = await database.AddItemAsync(post);
        var refused = await database.AddItemAsync(post);
        var lost = await database.AddItemAsync(post);
        var claimId = Guid.CreateVersion7();
        await test.Store.ClaimAsync(claimId, 10, Lease, fair: false, CancellationToken.None);
        await database.ExecuteAsync("delete from multiplatform_post_queue where id = $1", lost);

        var settled = await test.Store.SettleAsync(
            claimId, [Post(posted), new() { ItemId = refused, Refusal = "It may not be." }, Post(lost)],
            CancellationToken.None);

        var results = settled.ToDictionary(item => item.ItemId);
        Assert.Equal(SettledOutcome.Posted, results[posted].Outcome);
        Assert.Equal(
            await database.ScalarAsync<Guid>("select target_post_id from multiplatform_post_queue where id = $1", posted),
            results[posted].TargetPostId);
        Assert.InRange(results[posted].TimeToPostSeconds!.Value, 60, 90);
        Assert.Equal((SettledOutcome.Failed, "It may not be."), (results[refused].Outcome, results[refused].Error));
        Assert.Equal(SettledOutcome.Lost, results[lost].Outcome);
    }

    [Theory, InlineData(Transport.Direct), InlineData(Transport.Rest)]
    public async Task A_retried_item_says_when_and_why(Transport transport)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var test = await StoreUnderTest.CreateAsync(database, transport);
        var item = await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        var claimId = Guid.CreateVersion7();
        await test.Store.ClaimAsync(claimId, 10, Lease, fair: false, CancellationToken.None);
        // Whatever stands in the way of an insert, and is no fault of the item.
        await database.ExecuteAsync(
            """
            create function in_the_way() returns trigger language plpgsql as
            $$ begin raise exception 'in the way' using errcode = 'lock_not_available'; end $$;
            create trigger in_the_way before insert on content_posts for each row execute function in_the_way();
            """);

        var settled = await test.Store.SettleAsync(claimId, [Post(item)], CancellationToken.None);

        var result = Assert.Single(settled);
        Assert.Equal((SettledOutcome.Retried, 1), (result.Outcome, result.RetryCount));
        Assert.Equal("in the way (SQLSTATE 55P03)", result.Error);
        Assert.InRange(result.RetryAt!.Value - DateTimeOffset.UtcNow, TimeSpan.FromSeconds(90), TimeSpan.FromSeconds(121));
    }

    [Theory, InlineData(Transport.Direct), InlineData(Transport.Rest)]
    public async Task A_reset_lists_the_items_with_the_start_that_they_had(Transport transport)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var test = await StoreUnderTest.CreateAsync(database, transport);
        var item = await database.AddItemAsync(
            await database.AddPostAsync(await database.AddCreatorAsync()),
            with: "status = 'processing', processing_started_at = '2026-01-02T03:04:05.678901Z'");

        var dry = await test.Store.ResetStuckAsync(TimeSpan.FromMinutes(5), dryRun: true, "ann", "A test.", CancellationToken.None);
        var reset = await test.Store.ResetStuckAsync(TimeSpan.FromMinutes(5), dryRun: false, "ann", "A test.", CancellationToken.None);
        var again = await test.Store.ResetStuckAsync(TimeSpan.FromMinutes(5), dryRun: false, "ann", "A test.", CancellationToken.None);

        Assert.Equal(
            [new StuckItem(item, "girlfanz", DateTimeOffset.Parse("2026-01-02T03:04:05.678901Z"))], reset);
        Assert.Equal(reset, dry);
        Assert.Empty(again);
    }

    [Theory, InlineData(Transport.Direct), InlineData(Transport.Rest)]
    public async Task Health_gives_the_figures_of_the_queue(Transport transport)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var test = await StoreUnderTest.CreateAsync(database, transport);
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        await database.AddItemsAsync(post, 3);
        await database.AddItemAsync(post, with: "scheduled_for = now() + interval '1 day'");
        await database.AddItemAsync(post, with: "status = 'processing', processing_started_at = now() - interval '1 hour'");

        var health = await test.Store.ReadHealthAsync(TimeSpan.FromMinutes(5), CancellationToken.None);

        Assert.Equal((3, 1, 1), (health.Due, health.Scheduled, health.Stuck));
        Assert.Equal((4, 1), (health.Counts["queued"], health.Counts["processing"]));
        Assert.InRange(health.OldestDueSeconds, 60, 90);
    }

    [Theory, InlineData(Transport.Direct), InlineData(Transport.Rest)]
    public async Task A_database_without_the_functions_asks_for_the_migrations(Transport transport)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync("drop function post_queue_claim");
        await using var test = await StoreUnderTest.CreateAsync(database, transport);

        var exception = await Assert.ThrowsAsync<QueueStoreException>(
            () => test.Store.ClaimAsync(Guid.CreateVersion7(), 10, Lease, fair: false, CancellationToken.None));

        Assert.Equal((QueueStoreError.NotMigrated, false), (exception.Error, exception.IsTransient));
        Assert.Contains("Apply the migrations in supabase/migrations", exception.Message);
    }

    [Theory, InlineData(Transport.Direct), InlineData(Transport.Rest)]
    public async Task A_value_that_the_function_refuses_is_not_repeated(Transport transport)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var test = await StoreUnderTest.CreateAsync(database, transport);

        var exception = await Assert.ThrowsAsync<QueueStoreException>(
            () => test.Store.ClaimAsync(Guid.CreateVersion7(), 1001, Lease, fair: false, CancellationToken.None));

        Assert.Equal((QueueStoreError.Refused, "22023"), (exception.Error, exception.Code));
    }

    [Theory, InlineData(Transport.Direct), InlineData(Transport.Rest)]
    public async Task A_statement_timeout_may_pass(Transport transport)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var test = await StoreUnderTest.CreateAsync(database, transport);
        // A function in the place of the real one, that ends as a statement timeout does.
        await database.ExecuteAsync(
            """
            create or replace function post_queue_health(stuck_after_seconds integer) returns jsonb language plpgsql as
            $$ begin raise exception 'canceling statement due to statement timeout' using errcode = '57014'; end $$;
            """);

        var exception = await Assert.ThrowsAsync<QueueStoreException>(
            () => test.Store.ReadHealthAsync(TimeSpan.FromMinutes(5), CancellationToken.None));

        Assert.Equal((QueueStoreError.Timeout, "57014"), (exception.Error, exception.Code));
        Assert.True(exception.IsTransient);
    }

    private static ItemOutcome Post(Guid itemId) => new()
    {
        ItemId = itemId,
        Cluster = "girlfanz",
        RetryInSeconds = 120,
    };
}
