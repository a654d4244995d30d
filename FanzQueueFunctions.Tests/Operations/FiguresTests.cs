using System.Text.Json.Nodes;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;
using FanzQueueFunctions.Tests.Sql;

namespace FanzQueueFunctions.Tests.Operations;

public sealed class FiguresTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Figures_of_a_clock_that_was_ahead_stand_in_nobodys_way()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync(
            """
            insert into post_queue.figures (width_seconds, platform, starts_at, posted, failed, retried)
            values (60, '', date_trunc('minute', now()) + interval '3 hours', 0, 0, 0);
            insert into multiplatform_post_history (target_platform, posted_at) values ('girlfanz', now() - interval '10 minutes')
            """);

        await database.ExecuteAsync("select post_queue_roll_up()");

        Assert.Equal(0L, await database.CountAsync("post_queue.figures where starts_at > now()"));
        Assert.Equal(1L, await database.ScalarAsync<long>(
            "select sum(posted)::bigint from post_queue.figures where width_seconds = 60 and platform = 'girlfanz'"));
    }

    [Fact]
    public async Task Rolled_up_or_not_a_series_counts_each_post_once()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await AddHistoryAsync(database, minutes: 14);

        var before = await PostedAsync(database, "3600, 60");
        await RollUpAsync(database);
        var after = await PostedAsync(database, "3600, 60");
        await RollUpAsync(database);

        Assert.Equal((14 * 6, 14 * 6, 14 * 6), (before, after, await PostedAsync(database, "3600, 60")));
    }

    [Fact]
    public async Task Hours_and_minutes_together_count_each_post_of_three_days_once()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await AddHistoryAsync(database, minutes: 3 * 24 * 60);
        var inRange = await database.ScalarAsync<long>(
            "select count(*) from multiplatform_post_history where posted_at >= date_bin('1 hour', now() - interval '60 hours', 'epoch') + interval '1 hour'");

        await RollUpAsync(database);

        Assert.Equal(inRange, await PostedAsync(database, "216000, 3600"));
        // The minutes of the third day are gone, its hours are not.
        Assert.InRange(await database.ScalarAsync<long>(
            "select round(extract(epoch from max(starts_at) - min(starts_at)) / 86400)::bigint from post_queue.figures where width_seconds = 60"), 1L, 2L);
    }

    [Fact]
    public async Task Figures_that_nothing_rolled_up_are_said_to_be_missing_from_when_on()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await AddHistoryAsync(database, minutes: 120);
        await RollUpAsync(database);
        Assert.Equal((null, null), await MissingAsync());

        // As if no worker had rolled up for an hour.
        await database.ExecuteAsync("delete from post_queue.figures where starts_at >= date_trunc('minute', now()) - interval '1 hour'");
        var from = await database.ScalarAsync<string>(
            "select (to_jsonb(max(starts_at) + interval '1 minute') #>> '{}') from post_queue.figures where width_seconds = 60");

        Assert.Equal((from, from), await MissingAsync());

        async Task<(string? Overview, string? Series)> MissingAsync() => (
            (await database.ObjectAsync("select post_queue_overview(300)::text")).Text("figures_missing_from"),
            (await database.ObjectAsync("select post_queue_series(7200, 60)::text")).Text("missing_from"));
    }

    [Fact]
    public async Task Percentiles_are_at_most_five_percent_off()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync(
            """
            insert into multiplatform_post_history (target_platform, time_to_post_seconds, posted_at)
            select 'girlfanz', n * 3, date_trunc('minute', now()) from generate_series(1, 1000) n
            """);

        var bucket = (await database.ObjectAsync("select post_queue_series(3600, 60) #>> '{buckets,0}'"));

        Assert.InRange(double.Parse(bucket.Text("seconds_to_post_p50")!), 1500 * 0.95, 1500 * 1.05);
        Assert.InRange(double.Parse(bucket.Text("seconds_to_post_p95")!), 2850 * 0.95, 2850 * 1.05);
    }

    [Fact]
    public async Task A_name_that_is_no_platform_counts_as_unknown()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync(
            "insert into multiplatform_post_history (target_platform, posted_at) values ('nonsense', now()), ('girlfanz', now())");

        Assert.Equal(1, await PostedAsync(database, "3600, 60, 'unknown'"));
        Assert.Equal(1, await PostedAsync(database, "3600, 60, 'girlfanz'"));
        Assert.Equal(2, await PostedAsync(database, "3600, 60"));
    }

    [Fact]
    public async Task The_overview_counts_by_status_and_platform_and_knows_the_oldest_due()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        await database.AddItemAsync(post, with: "queued_at = now() - interval '90 seconds'");
        await database.AddItemAsync(post, "pupfanz", "scheduled_for = now() + interval '1 day'");
        await database.AddItemAsync(post, with: "status = 'processing', processing_started_at = now() - interval '1 hour'");
        await database.AddItemAsync(post, with: "status = 'posted'");
        await database.AddFailuresAsync(post, 2);
        await AddHistoryAsync(database, minutes: 10);
        await RollUpAsync(database);

        var overview = await database.ObjectAsync("select post_queue_overview(300)::text");

        Assert.Equal(
            """{"failed":"2","posted":"1","queued":"2","cancelled":"0","processing":"1"}""",
            await database.ScalarAsync<string>(
                "select replace(jsonb_object_agg(key, value ->> 'count')::text, ' ', '') from jsonb_each(post_queue_overview(300) -> 'counts')"));
        Assert.Equal(("1", "1", "1"), (
            overview["due"]!.Text("count"), overview["scheduled"]!.Text("count"), overview["stuck"]!.Text("count")));
        Assert.InRange(int.Parse(overview.Text("oldest_due_seconds")!), 90, 120);
        var girlfanz = overview["platforms"]!.AsArray().Single(row => row!.Text("platform") == "girlfanz")!;
        Assert.Equal(("1", "1", "2", "30"), (
            girlfanz["due"]!.Text("count"), girlfanz["in_hand"]!.Text("count"), girlfanz["failed"]!.Text("count"),
            girlfanz.Text("posted_last_day")));
        Assert.Equal(("A creator", "1", "1"), (
            overview["top_creator"]!.Text("creator_name"), overview["top_creator"]!.Text("count"), overview["top_creator"]!.Text("among")));
        Assert.Equal(["60", "60"], overview["recent"]!.AsArray().Skip(1).Select(span => span!.Text("posted")));
    }

    /// <summary>Of 12,000 due the oldest are one platform's: a look at the oldest alone would find the others' few too few.</summary>
    [Fact]
    public async Task A_platform_s_due_items_are_counted_exactly_whatever_waits_before_them_and_a_cut_says_so()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        await database.AddItemsAsync(post, 12_000);
        await database.ExecuteAsync("update multiplatform_post_queue set target_platform = 'girlfanz', queued_at = now() - interval '1 hour'");
        await database.AddItemsAsync(post, 300);
        await database.ExecuteAsync("update multiplatform_post_queue set target_platform = 'pupfanz' where queued_at > now() - interval '30 minutes'");
        await database.AddItemAsync(post, "");

        var overview = await database.ObjectAsync("select post_queue_overview(300)::text");

        var due = overview["platforms"]!.AsArray().ToDictionary(
            row => row!.Text("platform")!, row => $"{row!["due"]!.Text("count")} {row["due"]!.Text("precision")}");
        Assert.Equal(("10000 at_least", "300 exact", "1 exact"), (due["girlfanz"], due["pupfanz"], due[""]));
        Assert.Equal(("10301", "at_least"), (overview["due"]!.Text("count"), overview["due"]!.Text("precision")));
    }

    /// <summary>Among the newest 10,000 of all there is none of the platform's.</summary>
    [Fact]
    public async Task A_platform_s_failed_items_are_counted_whatever_failed_after_them()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        await database.AddFailuresAsync(post, 10_001);
        await database.AddItemAsync(post, "pupfanz", "status = 'failed', failed_at = now() - interval '2 days'");

        var overview = await database.ObjectAsync("select post_queue_overview(300)::text");

        Assert.Equal(["girlfanz 10000 at_least", "pupfanz 1 exact"], FailedByPlatform(overview));
    }

    /// <summary>An even share of what is counted at most would cut the largest.</summary>
    [Fact]
    public async Task Of_fewer_than_ten_thousand_failed_items_each_platforms_number_is_exact_however_they_are_spread()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        await database.AddFailuresAsync(post, 9_999);
        await database.ExecuteAsync(
            """
            update multiplatform_post_queue q
            set target_platform = case when n <= 4900 then 'girlfanz' when n <= 7500 then 'pupfanz' when n <= 9998 then 'bearfanz' else '' end
            from (select id, row_number() over () as n from multiplatform_post_queue) numbered
            where numbered.id = q.id
            """);

        var overview = await database.ObjectAsync("select post_queue_overview(300)::text");

        Assert.Equal(
            [" 1 exact", "bearfanz 2498 exact", "girlfanz 4900 exact", "pupfanz 2600 exact"],
            FailedByPlatform(overview));
        Assert.Equal(
            ("9999", "exact"), (overview["counts"]!["failed"]!.Text("count"), overview["counts"]!["failed"]!.Text("precision")));
    }

    /// <summary>Of 40 platforms with 400 items each 10,000 are counted, which is all that the look may cost.</summary>
    [Theory]
    [InlineData("queued", "due")]
    [InlineData("failed", "failed")]
    public async Task Where_every_platform_has_many_items_each_gets_an_even_share_of_what_is_counted(string status, string figure)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemsAsync(await database.AddPostAsync(await database.AddCreatorAsync()), 16_000);
        await database.ExecuteAsync(
            $"""
            update multiplatform_post_queue q set status = '{status}', target_platform = 'platform ' || n % 40
            from (select id, row_number() over () as n from multiplatform_post_queue) numbered
            where numbered.id = q.id
            """);

        var overview = await database.ObjectAsync("select post_queue_overview(300)::text");

        Assert.Equal(
            Enumerable.Repeat("250 at_least", 40),
            overview["platforms"]!.AsArray().Select(row => $"{row![figure]!.Text("count")} {row[figure]!.Text("precision")}"));
    }

    /// <summary>Counting them would read as many rows at each look.</summary>
    [Fact]
    public async Task Of_many_cancelled_items_the_planners_estimate_is_told_and_of_few_the_count()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemsAsync(await database.AddPostAsync(await database.AddCreatorAsync()), 21_000);
        await database.ExecuteAsync("update multiplatform_post_queue set status = 'cancelled'");
        await database.ExecuteAsync("vacuum analyze multiplatform_post_queue");

        var many = (await database.ObjectAsync("select post_queue_overview(300)::text"))["counts"]!["cancelled"]!;
        Assert.Equal(("21000", "estimated"), (many.Text("count"), many.Text("precision")));

        await database.ExecuteAsync(
            "delete from multiplatform_post_queue where ctid not in (select ctid from multiplatform_post_queue limit 3); analyze multiplatform_post_queue");
        var few = (await database.ObjectAsync("select post_queue_overview(300)::text"))["counts"]!["cancelled"]!;
        Assert.Equal(("3", "exact"), (few.Text("count"), few.Text("precision")));
    }

    [Fact]
    public async Task This_hour_stands_beside_that_of_yesterday_and_of_a_week_ago_and_not_beside_days_before_the_first()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync(
            """
            insert into post_queue.figures (width_seconds, platform, starts_at, posted, failed, retried)
            select 3600, '', date_trunc('hour', now()) - n * interval '1 hour', 100, 3, 0 from generate_series(1, 30) n
            """);

        var overview = await database.ObjectAsync("select post_queue_overview(300)::text");

        var yesterday = Assert.Single(overview["same_hour"]!.AsArray())!;
        Assert.Equal(("1", "100", "3"), (yesterday.Text("days_ago"), yesterday.Text("posted"), yesterday.Text("failed")));
    }

    [Fact]
    public async Task This_hour_stands_beside_that_of_a_week_ago()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync(
            """
            insert into post_queue.figures (width_seconds, platform, starts_at, posted, failed, retried)
            select 3600, '', date_trunc('hour', now()) - n * interval '1 hour', case when n > 100 then 40 else 100 end, 3, 0
            from generate_series(1, 200) n
            """);

        var weekAgo = (await database.ObjectAsync("select post_queue_overview(300)::text"))["same_hour"]!.AsArray()[^1]!;

        Assert.Equal(("7", "40", "3"), (weekAgo.Text("days_ago"), weekAgo.Text("posted"), weekAgo.Text("failed")));
    }

    [Fact]
    public async Task Every_platform_has_its_last_day_and_percentiles_in_one_answer()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await AddHistoryAsync(database, minutes: 180);
        await RollUpAsync(database);

        var platforms = (await database.ObjectAsync("select post_queue_platform_series()::text"))["platforms"]!.AsArray();

        Assert.Equal(["girlfanz", "pupfanz"], platforms.Select(row => row!.Text("platform")));
        Assert.All(platforms, row => Assert.Equal(24, row!["posted"]!.AsArray().Count));
        // The last minutes are not rolled up yet.
        Assert.InRange(platforms[0]!["posted"]!.AsArray().Sum(hour => (int)hour!), 3 * 170, 3 * 180);
        Assert.InRange(double.Parse(platforms[0]!.Text("seconds_to_post_p50")!), 27, 33);
    }

    [Theory]
    [InlineData("3599, 60")]
    [InlineData("3600, 61")]
    [InlineData("259200, 60")]
    [InlineData("7776001, 86400")]
    [InlineData("null, 60")]
    public async Task A_range_that_is_too_long_or_buckets_that_are_too_narrow_are_refused(string arguments)
    {
        await using var database = await postgres.CreateDatabaseAsync();

        await Assert.ThrowsAsync<Npgsql.PostgresException>(
            () => database.ExecuteAsync($"select post_queue_series({arguments})"));
    }

    /// <summary>Six posts a minute, on two platforms by turns, back from this minute.</summary>
    private static Task<int> AddHistoryAsync(TestDatabase database, int minutes) => database.ExecuteAsync(
        """
        insert into multiplatform_post_history (target_platform, time_to_post_seconds, posted_at)
        select (array['girlfanz', 'pupfanz'])[1 + n % 2], n % 60, date_trunc('minute', now()) - (n / 6) * interval '1 minute'
        from generate_series(0, $1 * 6 - 1) n
        """,
        minutes);

    private static async Task RollUpAsync(TestDatabase database)
    {
        while (!await database.ScalarAsync<bool>("select (post_queue_roll_up() ->> 'is_current')::boolean"))
        {
        }
    }

    private static Task<long> PostedAsync(TestDatabase database, string arguments) => database.ScalarAsync<long>(
        $"select coalesce(sum((b ->> 'posted')::bigint), 0)::bigint from jsonb_array_elements(post_queue_series({arguments}) -> 'buckets') b");

    private static IEnumerable<string> FailedByPlatform(JsonNode overview) => overview["platforms"]!.AsArray().Select(
        row => $"{row!.Text("platform")} {row!["failed"]!.Text("count")} {row!["failed"]!.Text("precision")}");
}
