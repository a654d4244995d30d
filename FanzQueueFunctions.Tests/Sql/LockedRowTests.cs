using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;
using static FanzQueueFunctions.Tests.Sql.QueueFunctions;

namespace FanzQueueFunctions.Tests.Sql;

/// <summary>Rows that another transaction holds: no call waits for them to be free, so none can be part of a deadlock.</summary>
public sealed class LockedRowTests(PostgresFixture postgres)
{
    [Fact]
    public async Task A_claim_passes_by_what_another_transaction_holds()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var original = await database.AddPostAsync(await database.AddCreatorAsync());
        var locked = await database.AddItemAsync(original);
        var free = await database.AddItemAsync(original);
        await using var other = await OpenTransaction.BeginAsync(database);
        await other.ExecuteAsync("select from multiplatform_post_queue where id = $1 for update", locked);

        var items = await database.ClaimAsync(Guid.CreateVersion7()).PromptlyAsync();

        Assert.Equal(free, Assert.Single(items)!.Id());
    }

    [Fact]
    public async Task A_locked_item_is_unsettled_and_can_be_settled_afterwards()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var original = await database.AddPostAsync(await database.AddCreatorAsync());
        var locked = await database.AddItemAsync(original);
        var free = await database.AddItemAsync(original);
        var claimId = await database.ClaimAllAsync();
        await using (var other = await OpenTransaction.BeginAsync(database))
        {
            await other.ExecuteAsync("select from multiplatform_post_queue where id = $1 for update", locked);
            var results = await database.SettleAsync(claimId, Post(locked), Post(free)).PromptlyAsync();
            Assert.Equal(
                new Dictionary<Guid, string> { [locked] = "unsettled", [free] = "posted" },
                results.ToDictionary(result => result!.ItemId(), result => result!.Outcome()));
        }

        Assert.Equal("posted", (await database.SettleOneAsync(claimId, Post(locked))).Outcome());
        Assert.Equal(2L, await database.CountAsync("content_posts where is_crosspost"));
    }

    [Theory]
    [InlineData("delete from content_posts where id = $1", "The original post is locked by another transaction.")]
    [InlineData(
        "delete from creators where id = (select creator_id from content_posts where id = $1)",
        "The creator is locked by another transaction.")]
    public async Task An_original_or_creator_being_deleted_is_not_waited_for(string delete, string sentence)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var doomed = await database.AddPostAsync(await database.AddCreatorAsync());
        var item = await database.AddItemAsync(doomed);
        var good = await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        var claimId = await database.ClaimAllAsync();
        await using var deleting = await OpenTransaction.BeginAsync(database);
        // The delete has the row and has not come to the item yet: the moment at which two programs could deadlock.
        await deleting.ExecuteAsync("set local session_replication_role = replica");
        await deleting.ExecuteAsync(delete, doomed);

        var results = await database.SettleAsync(claimId, Post(item), Post(good)).PromptlyAsync();

        var outcomes = results.ToDictionary(result => result!.ItemId(), result => result!);
        Assert.Equal(("retried", sentence), (outcomes[item].Outcome(), outcomes[item].Text("error")));
        Assert.Equal("posted", outcomes[good].Outcome());
        await deleting.CommitAsync();
    }

    [Theory]
    [InlineData("delete from content_posts where id = $1")]
    [InlineData("delete from creators where id = (select creator_id from content_posts where id = $1)")]
    public async Task A_rescue_passes_by_an_item_whose_original_or_creator_is_being_deleted(string delete)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var doomed = await database.AddPostAsync(await database.AddCreatorAsync());
        var good = await database.AddPostAsync(await database.AddCreatorAsync());
        const string Expired = "status = 'processing', processing_started_at = now() - interval '1 day'";
        await database.AddItemAsync(doomed, with: Expired);
        var item = await database.AddItemAsync(good, with: Expired);
        await using var deleting = await OpenTransaction.BeginAsync(database);
        await deleting.ExecuteAsync("set local session_replication_role = replica");
        await deleting.ExecuteAsync(delete, doomed);

        var items = await database.ClaimAsync(Guid.CreateVersion7()).PromptlyAsync();

        Assert.Equal(item, Assert.Single(items)!.Id());
    }

    [Theory]
    [InlineData("content_posts", "view_count = view_count + 1")]
    [InlineData("creators", "creator_name = 'Another name'")]
    public async Task A_row_that_one_transaction_has_changed_and_then_locked_is_not_waited_for(string table, string change)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        var claimId = await database.ClaimAllAsync();
        await using (var other = await OpenTransaction.BeginAsync(database))
        {
            await other.ExecuteAsync($"update {table} set {change}");
            await other.ExecuteAsync($"select from {table} for update");
            var good = await database.AddItemAsync(
                await database.AddPostAsync(await database.AddCreatorAsync()),
                with: $"status = 'processing', processing_started_at = now(), claim_id = '{claimId}'");

            var results = await database.SettleAsync(claimId, Post(item), Post(good)).PromptlyAsync();

            var outcomes = results.ToDictionary(result => result!.ItemId(), result => result!);
            Assert.Equal(
                ("retried", "The original post or its creator is locked by another transaction."),
                (outcomes[item].Outcome(), outcomes[item].Text("error")));
            Assert.Equal("posted", outcomes[good].Outcome());
        }
    }

    [Fact]
    public async Task A_rescue_does_not_wait_for_an_original_that_one_transaction_has_changed_and_then_locked()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var original = await database.AddPostAsync(await database.AddCreatorAsync());
        await database.AddItemAsync(
            original, with: "status = 'processing', processing_started_at = now() - interval '1 day'");
        var due = await database.AddItemAsync(original);
        await using var other = await OpenTransaction.BeginAsync(database);
        await other.ExecuteAsync("update content_posts set view_count = view_count + 1");
        await other.ExecuteAsync("select from content_posts for update");

        var items = await database.ClaimAsync(Guid.CreateVersion7()).PromptlyAsync();

        Assert.Equal(due, Assert.Single(items)!.Id());
    }

    [Theory]
    [InlineData("delete from content_posts where id = $1")]
    [InlineData("delete from creators where id = (select creator_id from content_posts where id = $1)")]
    public async Task A_cascading_delete_commits_beside_a_settle(string delete)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var doomed = await database.AddPostAsync(await database.AddCreatorAsync());
        var item = await database.AddItemAsync(doomed);
        var claimId = await database.ClaimAllAsync();
        await using var deleting = await OpenTransaction.BeginAsync(database);
        await deleting.ExecuteAsync(delete, doomed);

        // The cascade has the item as well.
        Assert.Equal("unsettled", (await database.SettleOneAsync(claimId, Post(item)).PromptlyAsync()).Outcome());
        await deleting.CommitAsync();
        Assert.Equal("lost", (await database.SettleOneAsync(claimId, Post(item))).Outcome());
    }

    [Fact]
    public async Task A_delete_that_waits_for_an_open_settle_commits_after_it_and_takes_the_new_posts_along()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var original = await database.AddPostAsync(await database.AddCreatorAsync());
        var item = await database.AddItemAsync(original);
        var claimId = await database.ClaimAllAsync();
        await using var settling = await OpenTransaction.BeginAsync(database);
        await settling.ExecuteAsync(
            "select post_queue_settle($1, jsonb_build_array($2::jsonb))", claimId, Post(item).ToJsonString());

        var delete = database.ExecuteAsync("delete from creators");
        await database.WaitUntilASessionWaitsForALockAsync();
        await settling.CommitAsync();
        await delete.PromptlyAsync();

        Assert.Equal(0L, await database.CountAsync("content_posts"));
        Assert.Equal(0L, await database.CountAsync("multiplatform_post_history"));
    }

    [Fact]
    public async Task A_view_counter_that_is_being_raised_does_not_hold_up_the_post()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        var claimId = await database.ClaimAllAsync();
        await using var viewing = await OpenTransaction.BeginAsync(database);
        await viewing.ExecuteAsync("update content_posts set view_count = view_count + 1");

        Assert.Equal("posted", (await database.SettleOneAsync(claimId, Post(item)).PromptlyAsync()).Outcome());
    }

    [Fact]
    public async Task A_reset_passes_by_what_another_transaction_holds()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemAsync(
            await database.AddPostAsync(await database.AddCreatorAsync()), with: "status = 'processing'");
        await using var other = await OpenTransaction.BeginAsync(database);
        await other.ExecuteAsync("select from multiplatform_post_queue for update");

        Assert.Empty(await database.ResetStuckAsync(0).PromptlyAsync());
    }
}
