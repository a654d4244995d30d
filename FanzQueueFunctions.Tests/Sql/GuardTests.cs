using System.Text.RegularExpressions;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;
using Npgsql;
using static FanzQueueFunctions.Tests.Sql.QueueFunctions;

namespace FanzQueueFunctions.Tests.Sql;

/// <summary>What of items and posts is the worker's, guarded from whomever row-level security applies to.</summary>
public sealed partial class GuardTests(PostgresFixture postgres)
{
    private readonly Guid _user = Guid.NewGuid();

    [Fact]
    public async Task A_new_item_is_queued_now_whatever_its_creator_says()
    {
        await using var database = await CreateAsync();
        var (creator, post) = await AddAsync(database);
        await using var session = await OpenTransaction.BeginAsRoleAsync(database, "authenticated", _user);

        await session.ExecuteAsync(
            """
            insert into multiplatform_post_queue (original_post_id, creator_id, target_platform, queued_at, scheduled_for)
            values ($1, $2, 'girlfanz', '-infinity', '-infinity')
            """,
            post,
            creator);

        Assert.True(await session.ScalarAsync<bool>("select queued_at = now() from multiplatform_post_queue"));
    }

    [Theory]
    [InlineData("status", "'processing'")]
    [InlineData("status", "'posted'")]
    [InlineData("claim_id", "gen_random_uuid()")]
    [InlineData("processing_started_at", "'-infinity'")]
    [InlineData("completed_at", "now()")]
    [InlineData("failed_at", "now()")]
    [InlineData("target_post_id", "gen_random_uuid()")]
    [InlineData("error_message", "'mine'")]
    [InlineData("retry_count", "-9")]
    [InlineData("rescue_count", "-9")]
    public async Task A_new_item_with_a_value_of_the_workers_is_refused_by_the_columns_name(string column, string value)
    {
        await using var database = await CreateAsync();
        var (creator, post) = await AddAsync(database);
        await using var session = await OpenTransaction.BeginAsRoleAsync(database, "authenticated", _user);

        var error = await Assert.ThrowsAsync<PostgresException>(() => session.ExecuteAsync(
            $"insert into multiplatform_post_queue (original_post_id, creator_id, target_platform, {column}) values ($1, $2, 'a', {value})",
            post,
            creator));

        Assert.Equal(
            (PostgresErrorCodes.InsufficientPrivilege, $"a new queue item is queued: {column} is the worker's to set"),
            (error.SqlState, error.MessageText));
    }

    [Theory]
    [InlineData("status = 'posted'", "status")]
    [InlineData("status = 'processing'", "status")]
    [InlineData("claim_id = gen_random_uuid()", "claim_id")]
    [InlineData("processing_started_at = '-infinity'", "processing_started_at")]
    [InlineData("queued_at = '-infinity'", "queued_at")]
    [InlineData("retry_count = -9", "retry_count")]
    [InlineData("rescue_count = -9", "rescue_count")]
    [InlineData("target_post_id = gen_random_uuid()", "target_post_id")]
    [InlineData("error_message = 'mine'", "error_message")]
    [InlineData("target_platform = 'guyz'", "target_platform")]
    [InlineData("completed_at = now()", "completed_at")]
    [InlineData("failed_at = now()", "failed_at")]
    [InlineData("id = gen_random_uuid()", "id")]
    [InlineData("status = 'cancelled', retry_count = -9", "retry_count")]
    [InlineData("status = 'cancelled', queued_at = '-infinity'", "queued_at")]
    public async Task A_change_of_what_is_the_workers_is_refused_by_the_columns_name(string change, string column)
    {
        await using var database = await CreateAsync();
        await database.AddItemAsync((await AddAsync(database)).Post);
        await using var session = await OpenTransaction.BeginAsRoleAsync(database, "authenticated", _user);

        var error = await Assert.ThrowsAsync<PostgresException>(
            () => session.ExecuteAsync($"update multiplatform_post_queue set {change}"));

        Assert.Equal(
            (PostgresErrorCodes.InsufficientPrivilege, $"a creator may not change {column} of a queue item that is queued"),
            (error.SqlState, error.MessageText));
    }

    [Fact]
    public async Task Words_and_schedule_change_while_it_is_queued_and_not_after()
    {
        await using var database = await CreateAsync();
        await database.AddItemAsync((await AddAsync(database)).Post);
        const string Change =
            "update multiplatform_post_queue set modified_title = 'New', modified_caption = 'New', scheduled_for = now() + interval '1 hour'";
        await using (var session = await OpenTransaction.BeginAsRoleAsync(database, "authenticated", _user))
        {
            Assert.Equal(1, await session.ExecuteAsync(Change));
        }

        await database.ClaimAllAsync();
        await using var later = await OpenTransaction.BeginAsRoleAsync(database, "authenticated", _user);
        Assert.Equal(1, await later.ExecuteAsync("update multiplatform_post_queue set status = status, modified_title = modified_title"));
        var error = await Assert.ThrowsAsync<PostgresException>(() => later.ExecuteAsync(Change));

        Assert.Equal("a creator may not change modified_title of a queue item that is processing", error.MessageText);
    }

    [Fact]
    public async Task A_cancelled_item_in_hand_is_lost_to_its_worker()
    {
        await using var database = await CreateAsync();
        var item = await database.AddItemAsync((await AddAsync(database)).Post);
        var claimId = await database.ClaimAllAsync();
        await using (var session = await OpenTransaction.BeginAsRoleAsync(database, "authenticated", _user))
        {
            await session.ExecuteAsync("update multiplatform_post_queue set status = 'cancelled'");
            await session.CommitAsync();
        }

        var result = await database.SettleOneAsync(claimId, Post(item));

        Assert.Equal("lost", result.Outcome());
        Assert.Equal(0L, await database.CountAsync("content_posts where is_crosspost"));
    }

    [Fact]
    public async Task A_failed_item_that_is_queued_again_begins_anew_behind_all_that_wait()
    {
        await using var database = await CreateAsync();
        await database.AddItemAsync(
            (await AddAsync(database)).Post,
            with: "status = 'failed', failed_at = now(), error_message = 'It broke.', retry_count = 3, scheduled_for = now() - interval '1 day'");
        await using var session = await OpenTransaction.BeginAsRoleAsync(database, "authenticated", _user);

        await session.ExecuteAsync("update multiplatform_post_queue set status = 'queued'");

        Assert.True(await session.ScalarAsync<bool>(
            """
            select status = 'queued' and error_message is null and failed_at is null and retry_count = 0 and scheduled_for = now()
            from multiplatform_post_queue
            """));
    }

    [Theory]
    [InlineData("is_crosspost", "true")]
    [InlineData("original_post_id", "gen_random_uuid()")]
    [InlineData("queue_item_id", "gen_random_uuid()")]
    public async Task Nobody_else_passes_a_post_off_as_the_workers(string column, string value)
    {
        await using var database = await CreateAsync();
        var (creator, _) = await AddAsync(database);
        await using var session = await OpenTransaction.BeginAsRoleAsync(database, "authenticated", _user);

        var error = await Assert.ThrowsAsync<PostgresException>(() => session.ExecuteAsync(
            $"insert into content_posts (creator_id, cluster, content_type, {column}) values ($1, 'boyfanz', 'image', {value})", creator));

        Assert.Equal($"{column} of a post is the queue worker's to set", error.MessageText);
    }

    [Theory]
    [InlineData("is_crosspost", "true")]
    [InlineData("original_post_id", "id")]
    [InlineData("queue_item_id", "gen_random_uuid()")]
    public async Task A_creators_post_is_not_made_a_cross_post_afterwards(string column, string value)
    {
        await using var database = await CreateAsync();
        await AddAsync(database);
        await using var session = await OpenTransaction.BeginAsRoleAsync(database, "authenticated", _user);

        var error = await Assert.ThrowsAsync<PostgresException>(
            () => session.ExecuteAsync($"update content_posts set {column} = {value}"));

        Assert.Equal($"{column} of a post is the queue worker's to set", error.MessageText);
    }

    [Fact]
    public async Task The_guard_that_is_turned_off_lets_all_pass_and_check_says_so()
    {
        await using var database = await CreateAsync();
        await database.AddItemAsync((await AddAsync(database)).Post);
        await database.ExecuteAsync("select post_queue_guard(false)");
        await using (var session = await OpenTransaction.BeginAsRoleAsync(database, "authenticated", _user))
        {
            Assert.Equal(1, await session.ExecuteAsync("update multiplatform_post_queue set retry_count = 1"));
            Assert.Equal(1, await session.ExecuteAsync("update content_posts set is_crosspost = true"));
        }

        Assert.Equal(["content_posts", "multiplatform_post_queue"], await OffAsync());
        await database.ExecuteAsync("select post_queue_guard(true)");
        Assert.Empty(await OffAsync());

        async Task<string[]> OffAsync() =>
        [
            .. GuardsThatAreOff().Matches(await database.ScalarAsync<string>("select post_queue_check()::text"))
                .Select(match => match.Groups[1].Value).Order(),
        ];
    }

    [Fact]
    public async Task A_claim_whose_id_others_write_into_their_rows_answers_with_what_it_took()
    {
        await using var database = await CreateAsync();
        var post = (await AddAsync(database)).Post;
        await database.AddItemAsync(post);
        var claimId = await database.ClaimAllAsync();
        await database.AddItemsAsync(post, 3000);
        await database.ExecuteAsync(
            "update multiplatform_post_queue set status = 'processing', claim_id = $1, processing_started_at = now()", claimId);

        Assert.Single(await database.ClaimAsync(claimId));
    }

    [Fact]
    public async Task A_schedule_in_the_past_puts_an_item_before_nobody_and_makes_it_no_older()
    {
        await using var database = await CreateAsync();
        var post = (await AddAsync(database)).Post;
        var first = await database.AddItemAsync(post, with: "queued_at = now() - interval '2 minutes'");
        var pushed = await database.AddItemAsync(post, with: "scheduled_for = '-infinity'");

        var health = await database.HealthAsync();
        var items = await database.ClaimAsync(Guid.CreateVersion7());

        Assert.Equal([first, pushed], items.Select(item => item!.Id()));
        Assert.InRange(health["oldest_due_seconds"]!.GetValue<int>(), 120, 150);
    }

    private async Task<(Guid Creator, Guid Post)> AddAsync(TestDatabase database)
    {
        var creator = await database.ScalarAsync<Guid>(
            "insert into creators (creator_name, user_id) values ('A creator', $1) returning id", _user);
        return (creator, await database.AddPostAsync(creator));
    }

    /// <summary>With all that an open-handed production may grant and permit.</summary>
    private async Task<TestDatabase> CreateAsync()
    {
        var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync(
            """
            grant all on all tables in schema public to authenticated;
            create policy everything on multiplatform_post_queue to authenticated using (true) with check (true)
            """);
        return database;
    }

    [GeneratedRegex("The guard of ([a-z_]+) is off")]
    private static partial Regex GuardsThatAreOff();
}
