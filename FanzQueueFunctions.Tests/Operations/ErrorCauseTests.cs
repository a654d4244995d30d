using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;

namespace FanzQueueFunctions.Tests.Operations;

public sealed class ErrorCauseTests(PostgresFixture postgres)
{
    [Theory]
    [InlineData("Post 3f2b8c1e-0000-4000-8000-00000000000A is gone.", "Post <id> is gone.")]
    [InlineData("worker stopped 4 times while processing", "worker stopped <n> times while processing")]
    [InlineData("It took 1,024.5 ms", "It took <n> ms")]
    [InlineData("Platform \"girlfans\" is unknown.", "Platform <value> is unknown.")]
    [InlineData("value 'a b' refused", "value <value> refused")]
    [InlineData("The item's creator is not the creator's.", "The item's creator is not the creator's.")]
    [InlineData(
        "null value in column \"price\" of relation \"content_posts\" (SQLSTATE 23502)",
        "null value in column price of relation content_posts (SQLSTATE 23502)")]
    [InlineData("upload 5f3a9c0e1b77 of req_8Hk2Lq0Zx refused", "upload <id> of <id> refused")]
    [InlineData("node7 gave way to shard12 at 2026-11-24T10:15:00Z", "node<n> gave way to shard<n> at <id>:<n>Z")]
    [InlineData("syntax error (SQLSTATE 42P01), HTTP 503", "syntax error (SQLSTATE 42P01), HTTP <n>")]
    [InlineData("unique constraint \"posts_v2_key\" of column \"tag1\"", "unique constraint posts_v2_key of column tag1")]
    [InlineData("two\nlines\t here", "two lines here")]
    [InlineData(null, "(no error was recorded)")]
    public async Task The_cause_of_an_error_is_what_it_shares_with_others(string? error, string cause)
    {
        await using var database = await postgres.CreateDatabaseAsync();

        Assert.Equal(cause, await database.ScalarAsync<string>("select error_cause($1)", error));
    }

    [Fact]
    public async Task An_error_of_any_length_has_a_short_cause_and_can_be_written()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        await database.AddFailuresAsync(post, 1, string.Concat(Enumerable.Repeat("ä🎁", 50_000)));

        Assert.Equal(300, await database.ScalarAsync<int>("select length(error_cause(error_message)) from multiplatform_post_queue"));
    }
}
