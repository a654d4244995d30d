using System.Text.Json.Nodes;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;
using Npgsql;

namespace FanzQueueFunctions.Tests.Sql;

/// <summary>Each figure of the queue's health, on small tables and large ones.</summary>
public sealed class HealthTests(PostgresFixture postgres)
{
    [Fact]
    public async Task An_empty_queue_has_nothing_to_report()
    {
        await using var database = await postgres.CreateDatabaseAsync();

        Assert.Equal(
            """{"due":0,"stuck":0,"counts":{"failed":0,"posted":0,"queued":0,"cancelled":0,"processing":0},"paused":[],"limited":[],"workers":[],"scheduled":0,"failed_last_day":0,"counts_estimated":false,"failed_last_hour":0,"posted_last_hour":0,"oldest_due_seconds":0,"average_seconds_to_post":null}""",
            (await database.HealthAsync()).ToJsonString());
    }

    [Fact]
    public async Task Each_figure_counts_what_its_name_says()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var creator = await database.AddCreatorAsync();
        var original = await database.AddPostAsync(creator);
        string[] items =
        [
            "queued_at = now() - interval '1000 seconds'",
            "queued_at = now() - interval '1 day', scheduled_for = now() - interval '500 seconds'",
            "scheduled_for = now() + interval '1 hour'",
            "status = 'processing', processing_started_at = now() - interval '301 seconds'",
            "status = 'processing', processing_started_at = null",
            "status = 'processing', processing_started_at = now() - interval '200 seconds'",
            "status = 'failed', failed_at = now() - interval '59 minutes'",
            "status = 'failed', failed_at = now() - interval '23 hours'",
            "status = 'failed', failed_at = now() - interval '25 hours'",
            "status = 'failed', failed_at = null",
            "status = 'queued', scheduled_for = now() + interval '1 hour', failed_at = now()",
            "status = 'posted', completed_at = now()",
            "status = 'cancelled'",
        ];
        foreach (var item in items)
            await database.AddItemAsync(original, with: item);
        await database.ExecuteAsync(
            """
            insert into multiplatform_post_history (target_platform, time_to_post_seconds, posted_at)
            values
              ('girlfanz', 10, now() - interval '1 minute'),
              ('girlfanz', 15, now() - interval '59 minutes'),
              ('girlfanz', null, now() - interval '2 minutes'),
              ('girlfanz', 9999, now() - interval '61 minutes')
            """);

        var health = await database.HealthAsync(stuckAfterSeconds: 300);

        Assert.InRange(health["oldest_due_seconds"]!.GetValue<int>(), 1000, 1060);
        health.Remove("oldest_due_seconds");
        Assert.Equal(
            """{"due":2,"stuck":2,"counts":{"failed":4,"posted":1,"queued":4,"cancelled":1,"processing":3},"paused":[],"limited":[],"workers":[],"scheduled":2,"failed_last_day":2,"counts_estimated":false,"failed_last_hour":1,"posted_last_hour":3,"average_seconds_to_post":12.5}""",
            health.ToJsonString());
    }

    [Fact]
    public async Task Counts_on_a_table_of_more_than_64_MB_are_estimated_and_say_so()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var original = await database.AddPostAsync(await database.AddCreatorAsync());
        // One row a page is the cheapest way to a large table: the text stays in its row, nothing is logged.
        await database.ExecuteAsync(
            """
            alter table multiplatform_post_queue set unlogged;
            alter table multiplatform_post_queue alter column error_message set storage plain
            """);
        await database.ExecuteWithoutForeignKeysAsync(
            """
            insert into multiplatform_post_queue (original_post_id, creator_id, target_platform, status, error_message)
            select id, creator_id, 'girlfanz', case when n % 4 = 0 then 'failed' else 'posted' end::platform_post_status,
              repeat('x', 7900)
            from content_posts cross join generate_series(1, 8400) as n;
            analyze multiplatform_post_queue
            """);
        await database.AddItemAsync(original);
        await database.AddItemAsync(original, with: "scheduled_for = now() + interval '1 hour'");
        await database.AddItemAsync(original, with: "status = 'processing', processing_started_at = now()");

        var health = await database.HealthAsync();

        Assert.True(health["counts_estimated"]!.GetValue<bool>());
        var counts = health["counts"]!;
        Assert.Equal(("2", "1", "0"), (counts.Text("queued"), counts.Text("processing"), counts.Text("cancelled")));
        Assert.InRange(counts["posted"]!.GetValue<int>(), 6300 - 100, 6300 + 100);
        Assert.InRange(counts["failed"]!.GetValue<int>(), 2100 - 100, 2100 + 100);
    }

    [Theory]
    [InlineData("queued_at = '-infinity'", 1, 0, 2147483647)]
    [InlineData("scheduled_for = '-infinity'", 1, 0, 60)]
    [InlineData("queued_at = 'infinity'", 0, 1, 0)]
    [InlineData("scheduled_for = 'infinity'", 0, 1, 0)]
    [InlineData("scheduled_for = '294276-01-01'", 0, 1, 0)]
    public async Task Dates_at_the_end_of_what_a_timestamp_can_be_are_counted(
        string date, int due, int scheduled, long oldestDueSeconds)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()), with: date);

        var health = await database.HealthAsync();

        Assert.Equal(due, health["due"]!.GetValue<int>());
        Assert.Equal(scheduled, health["scheduled"]!.GetValue<int>());
        Assert.InRange(health["oldest_due_seconds"]!.GetValue<long>(), oldestDueSeconds, oldestDueSeconds + 30);
    }

    [Fact]
    public async Task The_age_of_an_item_of_six_thousand_years_ago_is_held_to_an_integer()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemAsync(
            await database.AddPostAsync(await database.AddCreatorAsync()), with: "queued_at = '4713-01-01 BC'");

        Assert.Equal(int.MaxValue, (await database.HealthAsync())["oldest_due_seconds"]!.GetValue<long>());
    }

    [Theory]
    [InlineData("girlfanz", 60)]
    [InlineData(null, 0)]
    public async Task What_waits_for_a_paused_platform_is_due_and_does_not_count_as_waiting_too_long(
        string? paused, int oldestDueSeconds)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var original = await database.AddPostAsync(await database.AddCreatorAsync());
        await database.AddItemAsync(original, "girlfanz", with: "queued_at = now() - interval '1 hour'");
        await database.AddItemAsync(original, "boyfanz");
        await database.AddItemAsync(original, "gayfanz", with: "scheduled_for = now() + interval '1 hour'");

        await database.PauseAsync(paused);

        var health = await database.HealthAsync();
        Assert.Equal("2", health.Text("due"));
        Assert.InRange(health["oldest_due_seconds"]!.GetValue<int>(), oldestDueSeconds, oldestDueSeconds + 30);
        var pause = Assert.Single(health["paused"]!.AsArray())!;
        Assert.Equal((paused ?? "*", "a test", "it is down"), (pause.Text("platform"), pause.Text("paused_by"), pause.Text("reason")));
    }

    [Theory]
    [InlineData("now() + interval '1 second'", 60)]
    [InlineData("now() - interval '9 seconds'", 60)]
    [InlineData("now() - interval '10 minutes'", 600)]
    [InlineData("now() - interval '3 hours'", 3600)]
    public async Task What_waits_for_a_limit_counts_from_when_the_limit_lets_it_through(string nextAt, int oldestDueSeconds)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var original = await database.AddPostAsync(await database.AddCreatorAsync());
        await database.AddItemAsync(original, "girlfanz", with: "queued_at = now() - interval '1 hour'");
        await database.AddItemAsync(original, "boyfanz");
        await database.LimitAsync("girlfanz", 60);
        await database.ExecuteAsync($"update post_queue.limits set next_at = {nextAt}");

        var health = await database.HealthAsync();

        Assert.Equal("2", health.Text("due"));
        Assert.InRange(health["oldest_due_seconds"]!.GetValue<int>(), oldestDueSeconds, oldestDueSeconds + 30);
    }

    [Fact]
    public async Task Where_all_that_is_due_waits_for_its_limit_nothing_has_waited()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var original = await database.AddPostAsync(await database.AddCreatorAsync());
        await database.AddItemAsync(original, "girlfanz", with: "queued_at = now() - interval '2 hours'");
        await database.AddItemAsync(original, "girlfanz", with: "queued_at = now() - interval '1 hour'");
        await database.LimitAsync("girlfanz", 1);
        await database.ClaimAsync(Guid.CreateVersion7());

        var health = await database.HealthAsync();

        Assert.Equal(("1", "0"), (health.Text("due"), health.Text("oldest_due_seconds")));
    }

    [Theory]
    [InlineData("select 1", 7200)]
    [InlineData("update post_queue.limits set next_at = now() - interval '10 minutes'", 600)]
    [InlineData("insert into post_queue.pauses (id, platform, paused_by) values (uuid_v7(), 'girlfanz', 'a test')", 60)]
    public async Task Overview_and_heartbeat_judge_the_oldest_due_item_by_one_rule(string with, int oldestDueSeconds)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var original = await database.AddPostAsync(await database.AddCreatorAsync());
        await database.AddItemAsync(original, "girlfanz", with: "queued_at = now() - interval '2 hours'");
        await database.AddItemAsync(original, "boyfanz");
        await database.LimitAsync("girlfanz", 1);
        await database.ExecuteAsync("update post_queue.limits set next_at = '-infinity'");
        await database.ExecuteAsync(with);

        var heartbeat = (await database.HealthAsync())["oldest_due_seconds"]!.GetValue<int>();
        var overview = JsonNode.Parse(await database.ScalarAsync<string>("select post_queue_overview(300)::text"))!;

        Assert.InRange(heartbeat, oldestDueSeconds, oldestDueSeconds + 30);
        Assert.InRange(overview["oldest_due_seconds"]!.GetValue<int>(), oldestDueSeconds, oldestDueSeconds + 30);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(-1)]
    public async Task A_threshold_out_of_its_range_is_an_error(int? stuckAfterSeconds)
    {
        await using var database = await postgres.CreateDatabaseAsync();

        var error = await Assert.ThrowsAsync<PostgresException>(() => database.HealthAsync(stuckAfterSeconds));

        Assert.Equal(PostgresErrorCodes.InvalidParameterValue, error.SqlState);
    }
}
