using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;
using FanzQueueFunctions.Tests.Sql;
using Npgsql;

namespace FanzQueueFunctions.Tests.Operations;

public sealed class ItemsTests(PostgresFixture postgres)
{
    [Theory]
    [InlineData("""{"status": "failed"}""")]
    [InlineData("""{"status": "cancelled"}""")]
    [InlineData("""{"platform": "pupfanz"}""")]
    [InlineData("""{"status": "queued", "title": "RARE"}""")]
    [InlineData("""{"text": "RARE"}""")]
    [InlineData("""{"text": "error 7"}""")]
    [InlineData("""{"creator_id": "{creator}"}""")]
    [InlineData("""{"original_post_id": "{original}"}""")]
    [InlineData("""{"status": "failed", "cause": "Error <n>"}""")]
    [InlineData("""{"cause": "Error <n>"}""")]
    [InlineData("""{"status": "posted", "from": "2026-01-02T00:00:00Z", "to": "2026-01-03T00:00:00Z"}""")]
    public async Task A_filter_gives_the_items_that_it_names_and_no_others(string filter)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var other = await database.AddPostAsync(await database.AddCreatorAsync());
        var original = await database.AddPostAsync(await database.AddCreatorAsync());
        var creator = await database.ScalarAsync<Guid>("select creator_id from content_posts where id = $1", original);
        await database.AddItemAsync(other);
        await database.AddItemAsync(other, with: "status = 'posted', completed_at = '2026-01-03Z'");
        await database.AddItemAsync(other, with: "status = 'failed', error_message = 'Another'");
        Guid wanted = filter switch
        {
            _ when filter.Contains("creator") || filter.Contains("original") => await database.AddItemAsync(original),
            _ when filter.Contains("platform") => await database.AddItemAsync(other, "pupfanz"),
            _ when filter.Contains("title") => await database.AddItemAsync(other, with: "modified_title = 'A rare one'"),
            _ when filter.Contains("RARE") => await database.AddItemAsync(other, with: "modified_title = 'A rare one'"),
            _ when filter.Contains("cause") || filter.Contains("error 7") =>
                await database.AddItemAsync(other, with: "status = 'failed', error_message = 'Error 7', failed_at = now()"),
            _ when filter.Contains("from") =>
                await database.AddItemAsync(other, with: "status = 'posted', completed_at = '2026-01-02 12:00Z'"),
            _ when filter.Contains("cancelled") => await database.AddItemAsync(other, with: "status = 'cancelled'"),
            _ => await database.ScalarAsync<Guid>("select id from multiplatform_post_queue where status = 'failed'"),
        };

        var page = await database.ItemsAsync(
            filter.Replace("{creator}", $"{creator}").Replace("{original}", $"{original}"));

        Assert.Equal([wanted], page.Ids());
        Assert.Null(page["next"]);
    }

    [Theory]
    [InlineData("""{"status": "failed"}""", true)]
    [InlineData("""{"status": "failed"}""", false)]
    [InlineData("""{"status": "failed", "cause": "It failed."}""", true)]
    [InlineData("{}", false)]
    public async Task Pages_follow_each_other_without_a_gap_while_rows_arrive(string filter, bool newestFirst)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        // Several that failed at the same instant.
        var all = (await database.AddFailuresAsync(post, 10)).Concat(await database.AddFailuresAsync(post, 10)).ToHashSet();
        await database.ExecuteAsync("update multiplatform_post_queue set failed_at = date_trunc('minute', failed_at)");

        List<Guid> seen = [];
        string? after = null;
        do
        {
            var page = await database.ItemsAsync(filter, newestFirst, 3, after);
            seen.AddRange(page.Ids());
            after = page.Text("next");
            await database.AddFailuresAsync(post, 1);
        }
        while (after is not null && seen.Count < 60);

        Assert.Equal(seen.Count, seen.Distinct().Count());
        Assert.Subset(seen.ToHashSet(), all);
    }

    [Fact]
    public async Task A_page_that_looked_at_enough_says_how_far_it_came_and_where_to_go_on()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        var rare = await database.AddItemAsync(post, "pupfanz", "status = 'failed', failed_at = now() - interval '1 day'");
        await database.AddFailuresAsync(post, 20_001);

        var first = await database.ItemsAsync("""{"status": "failed", "platform": "pupfanz"}""");
        var second = await database.ItemsAsync("""{"status": "failed", "platform": "pupfanz"}""", after: first.Text("next"));

        Assert.Empty(first.Ids());
        Assert.NotNull(first["looked_at_until"]);
        Assert.Equal([rare], second.Ids());
        Assert.Null(second["next"]);
    }

    [Fact]
    public async Task Times_at_the_ends_of_what_a_row_can_hold_are_no_obstacle()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        await database.AddItemAsync(post, with: "status = 'failed', failed_at = '-infinity', queued_at = 'infinity'");
        await database.AddItemAsync(post, with: "status = 'failed', failed_at = '294276-01-01'");

        var first = await database.ItemsAsync("""{"status": "failed"}""", newestFirst: false, pageSize: 1);
        var second = await database.ItemsAsync(
            """{"status": "failed"}""", newestFirst: false, pageSize: 1, first.Text("next"));

        Assert.Null(first["items"]![0]!["failed_at"]);
        Assert.Single(second.Ids());
    }

    [Fact]
    public async Task An_items_row_says_its_title_and_creator_and_its_story_has_original_and_post()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(
            await database.AddPostAsync(await database.AddCreatorAsync()), with: "modified_title = 'Another title'");
        var claim = await database.ClaimAllAsync();
        await database.SettleOneAsync(claim, QueueFunctions.Post(item));

        var row = (await database.ItemsAsync())["items"]![0]!;
        var story = await database.ObjectAsync("select post_queue_item($1) ->> 0", item);

        Assert.Equal(("Another title", "A creator"), (row.Text("title"), row.Text("creator_name")));
        Assert.Equal("boyfanz", story["original"]!.Text("cluster"));
        Assert.Equal("girlfanz", story["post"]!.Text("cluster"));
        Assert.Equal(claim.ToString(), story["item"]!.Text("claim_id"));
    }

    [Fact]
    public async Task A_queued_item_says_what_holds_it_up_and_any_item_what_operators_did_with_it()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        await database.AddItemsAsync(post, 6);
        await database.ExecuteAsync("update multiplatform_post_queue set target_platform = 'girlfanz', queued_at = now() - interval '1 hour'");
        var item = await database.AddItemAsync(post);
        await database.AddItemAsync(post, "pupfanz", "queued_at = now() - interval '1 day'");
        await database.ExecuteAsync("select post_queue_pause('girlfanz', 'anna', 'its API answers 503'), post_queue_limit('girlfanz', 60, 'anna')");

        var waits = (await database.ObjectAsync("select post_queue_item($1) ->> 0", item))["waits"]!;
        await database.ChangeAsync("cancel", $$"""{"idempotency_key": "k", "actor": "bob", "reason": "a mistake", "ids": ["{{item}}"]}""");
        var cancelled = await database.ObjectAsync("select post_queue_item($1) ->> 0", item);
        await database.ChangeAsync("undo", """{"of": "k", "actor": "anna"}""");
        var undone = await database.ObjectAsync("select post_queue_item($1) ->> 0", item);

        Assert.Equal(("anna", "60", "6"), (waits["paused"]!.Text("paused_by"), waits.Text("per_minute"), waits["ahead"]!.Text("count")));
        Assert.Null(cancelled["waits"]);
        var deed = Assert.Single(cancelled["deeds"]!.AsArray())!;
        Assert.Equal(("cancel", "bob", "a mistake", "queued"), (
            deed.Text("verb"), deed.Text("actor"), deed.Text("reason"), deed.Text("status_before")));
        Assert.Equal(["undo", "cancel"], undone["deeds"]!.AsArray().Select(one => one!.Text("verb")));
    }

    [Fact]
    public async Task An_item_is_found_by_the_eight_characters_of_the_log_and_by_the_id_of_its_post()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var original = await database.AddPostAsync(await database.AddCreatorAsync());
        var item = await database.AddItemAsync(original);
        await database.SettleOneAsync(await database.ClaimAllAsync(), QueueFunctions.Post(item));
        await database.AddItemAsync(original);
        var post = await database.ScalarAsync<Guid>("select target_post_id from multiplatform_post_queue where id = $1", item);

        Assert.Equal([item], (await database.ItemsAsync($$"""{"short_id": "{{item.ToString()[^8..].ToUpperInvariant()}}"}""")).Ids());
        Assert.Equal($"{item}", (await database.ObjectAsync("select post_queue_find($1)::text", post)).Text("item_id"));
        Assert.Equal($"{item}", (await database.ObjectAsync("select post_queue_find($1)::text", item)).Text("item_id"));
        var found = await database.ObjectAsync("select post_queue_find($1)::text", original);
        Assert.Equal((null, $"{original}", null), (found.Text("item_id"), found.Text("original_post_id"), found.Text("creator_id")));
    }

    [Fact]
    public async Task A_filter_with_a_member_that_is_not_known_is_refused()
    {
        await using var database = await postgres.CreateDatabaseAsync();

        var error = await Assert.ThrowsAsync<PostgresException>(() => database.ItemsAsync("""{"stauts": "failed"}"""));

        Assert.Equal(PostgresErrorCodes.InvalidParameterValue, error.SqlState);
    }

    [Theory]
    [InlineData("platform")]
    [InlineData("cause")]
    [InlineData("title")]
    public async Task A_filters_text_is_never_read_as_SQL(string member)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        var text = "x' or true or '\\' = '%s$1";

        var page = await database.ItemsAsync($$"""{"status": "queued", "{{member}}": {{System.Text.Json.JsonSerializer.Serialize(text)}}}""");

        Assert.Empty(page.Ids());
    }
}
