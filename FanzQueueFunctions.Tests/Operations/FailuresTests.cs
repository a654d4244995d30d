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

        Assert.Equal(("20000", "false"), (cause.Text("count"), cause.Text("is_exact")));
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
