using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;
using FanzQueueFunctions.Tests.Sql;

namespace FanzQueueFunctions.Tests.Operations;

public sealed class FailuresTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Failures_are_grouped_by_cause_with_count_span_and_example()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        await database.AddFailuresAsync(post, 3, "Took 5 s");
        var newest = (await database.AddFailuresAsync(post, 2, "Took 7 s"))[^1];
        await database.AddFailuresAsync(post, 1, "Gone");
        await database.ExecuteAsync("update multiplatform_post_queue set failed_at = now() where id = $1", newest);

        var answer = await database.ObjectAsync("select post_queue_failures()::text");

        var cause = answer["causes"]![0]!;
        Assert.Equal(["Took <n> s", "Gone"], answer["causes"]!.AsArray().Select(row => row!.Text("cause")));
        Assert.Equal(("5", "true", "Took 7 s"), (cause.Text("count"), cause.Text("is_exact"), cause.Text("example")));
        Assert.Equal(newest.ToString(), cause.Text("example_item_id"));
        Assert.True(string.CompareOrdinal(cause.Text("first_failed_at"), cause.Text("last_failed_at")) < 0);
    }

    [Fact]
    public async Task Only_failures_since_a_time_are_counted_where_one_is_given()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        await database.AddFailuresAsync(post, 2);
        await database.AddItemAsync(post, with: "status = 'failed', error_message = 'Old', failed_at = now() - interval '2 days'");

        var answer = await database.ObjectAsync("select post_queue_failures(now() - interval '1 day')::text");

        Assert.Equal(["It failed."], answer["causes"]!.AsArray().Select(row => row!.Text("cause")));
    }

    [Fact]
    public async Task A_cause_of_very_many_items_is_counted_up_to_a_limit()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        await database.AddFailuresAsync(post, 20_001);

        var cause = (await database.ObjectAsync("select post_queue_failures()::text"))["causes"]![0]!;

        Assert.Equal(("10000", "false"), (cause.Text("count"), cause.Text("is_exact")));
    }

    [Fact]
    public async Task What_fails_right_now_stands_first_however_many_causes_there_are_and_where_in_the_alphabet_it_is()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        await database.AddFailuresAsync(post, 600);
        await database.ExecuteAsync(
            """
            update multiplatform_post_queue q set error_message = 'A ' || repeat('x', numbered.n::integer % 299), failed_at = now() - interval '2 days'
            from (select id, row_number() over () as n from multiplatform_post_queue) numbered where numbered.id = q.id
            """);
        await database.AddFailuresAsync(post, 500, "Zoo closed");

        var answer = await database.ObjectAsync("select post_queue_failures()::text");

        var first = answer["causes"]![0]!;
        Assert.Equal(("Zoo closed", "500", "true"), (first.Text("cause"), first.Text("count"), first.Text("is_exact")));
        Assert.Equal("false", answer.Text("is_whole"));
    }

    [Fact]
    public async Task What_fails_thousands_of_times_stands_before_what_failed_hundreds_of_times_and_last()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        await database.AddFailuresAsync(post, 5_000, "Many");
        await database.ExecuteAsync("update multiplatform_post_queue set failed_at = now() - interval '5 minutes'");
        await database.AddFailuresAsync(post, 201, "Fewer");

        var answer = await database.ObjectAsync("select post_queue_failures()::text");

        Assert.Equal(["Many", "Fewer"], answer["causes"]!.AsArray().Select(row => row!.Text("cause")));
    }

    [Fact]
    public async Task What_failed_in_the_last_ten_minutes_is_counted_once_whether_or_not_it_is_rolled_up()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        await database.AddFailuresAsync(post, 4);
        await database.ExecuteAsync(
            """
            update multiplatform_post_queue set failed_at = now() - interval '5 minutes';
            insert into post_queue.tries (item_id, target_platform, tried_at, outcome, error)
            select id, target_platform, failed_at, 'failed', error_message from multiplatform_post_queue
            """);
        var before = await LastTenMinutesAsync();
        await database.ExecuteAsync("select post_queue_roll_up()");
        var after = await LastTenMinutesAsync();
        await database.AddFailuresAsync(post, 1);

        Assert.Equal((("4", "true"), ("4", "true"), ("5", "true")), (before, after, await LastTenMinutesAsync()));

        async Task<(string?, string?)> LastTenMinutesAsync()
        {
            var cause = (await database.ObjectAsync("select post_queue_failures()::text"))["causes"]![0]!;
            return (cause.Text("last_ten_minutes"), cause.Text("last_ten_minutes_is_exact"));
        }
    }

    [Fact]
    public async Task Of_very_many_that_failed_since_the_last_roll_up_a_part_is_counted_for_each_cause_and_the_answer_says_so()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        foreach (var cause in (string[])["One", "Two", "Three"])
            await database.AddFailuresAsync(post, 2_000, cause);
        await database.AddFailuresAsync(post, 2, "Few");
        await database.ExecuteAsync("update multiplatform_post_queue set failed_at = now()");

        var causes = (await database.ObjectAsync("select post_queue_failures()::text"))["causes"]!.AsArray();

        Assert.Equal(
            [("1667", "false"), ("1667", "false"), ("1667", "false"), ("2", "true")],
            causes.Select(cause => (cause!.Text("last_ten_minutes"), cause!.Text("last_ten_minutes_is_exact"))));
    }

    [Fact]
    public async Task A_cause_that_failed_at_once_is_final_and_one_that_used_its_retries_is_not()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        await database.AddFailuresAsync(post, 2, "It was slow.");
        await database.AddItemAsync(post, with: "status = 'failed', failed_at = now(), error_message = 'It is private.'");
        await database.AddItemAsync(post, with: "status = 'failed', failed_at = now(), rescue_count = 3, error_message = 'worker stopped'");

        var causes = (await database.ObjectAsync("select post_queue_failures()::text"))["causes"]!.AsArray();

        Assert.Equal(["It is private."], causes.Where(cause => cause!.Text("is_final") == "true").Select(cause => cause!.Text("cause")));
    }

    [Fact]
    public async Task A_cause_has_a_line_over_time_of_all_that_failed_for_it_also_where_it_was_retried_since()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        await database.AddFailuresAsync(post, 1, "Took 5 s");
        await database.ExecuteAsync(
            """
            insert into post_queue.tries (item_id, target_platform, tried_at, outcome, error)
            select gen_random_uuid(), 'girlfanz', date_trunc('minute', now()) - interval '30 minutes' - n * interval '1 hour', 'failed', 'Took ' || n || ' s'
            from generate_series(0, 9) n, generate_series(1, 3);
            do $$ begin for step in 1 .. 4 loop perform post_queue_roll_up(); end loop; end $$
            """);

        var answer = await database.ObjectAsync("select post_queue_failures()::text");
        var lastTwoHours = await database.ObjectAsync("select post_queue_failures(now() - interval '2 hours')::text");

        Assert.Equal(30, answer["causes"]![0]!["line"]!.AsArray().Sum(part => (int)part!));
        Assert.Equal(24, answer["causes"]![0]!["line"]!.AsArray().Count);
        Assert.Equal(("3600", "300"), (answer.Text("line_bucket_seconds"), lastTwoHours.Text("line_bucket_seconds")));
        Assert.Equal(6, lastTwoHours["causes"]![0]!["line"]!.AsArray().Sum(part => (int)part!));
    }

    [Fact]
    public async Task More_than_a_hundred_causes_are_cut_and_the_answer_says_so()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        await database.AddFailuresAsync(post, 101);
        await database.ExecuteAsync(
            "update multiplatform_post_queue set error_message = repeat('x', n::integer) from (select id as one, row_number() over () as n from multiplatform_post_queue) rows where one = id");

        var answer = await database.ObjectAsync("select post_queue_failures()::text");

        Assert.Equal((100, "false"), (answer["causes"]!.AsArray().Count, answer.Text("is_whole")));
    }
}
