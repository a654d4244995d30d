using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;

namespace FanzQueueFunctions.Tests.Sql;

/// <summary>What post_queue_check says of columns and unique indexes that production added to content_posts.</summary>
public sealed class CheckColumnsTests(PostgresFixture postgres)
{
    [Theory]
    [InlineData(
        "shout text generated always as (upper(title)) stored",
        "it is generated.", "The database computes it.")]
    [InlineData(
        "extra bigint generated always as identity",
        "it is an identity column.", "A cross-post gets a number of its own.")]
    [InlineData(
        "extra bigserial",
        "it is numbered by a sequence.", "A cross-post gets a number of its own.")]
    [InlineData(
        "extra text not null default gen_random_uuid() unique",
        "it is unique (content_posts_extra_key).", "A cross-post gets its default.")]
    [InlineData(
        "extra text unique",
        "it is unique (content_posts_extra_key).", "It is null in a cross-post, unless a BEFORE INSERT trigger fills it.")]
    public async Task A_column_that_is_not_copied_is_a_note_that_says_why(string column, string reason, string follows)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync($"alter table content_posts add column {column}");

        var name = column[..column.IndexOf(' ', StringComparison.Ordinal)];
        Assert.Equal(
            [["note", $"content_posts.{name} is not copied to a cross-post: {reason}", follows, null]],
            await FoundAsync(database));
    }

    [Fact]
    public async Task A_column_that_is_copied_is_none()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync("alter table content_posts add column access_level text not null default 'everyone'");

        Assert.Empty(await FoundAsync(database));
    }

    [Fact]
    public async Task A_unique_column_that_nothing_can_fill_is_an_error()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync("alter table content_posts add column slug text not null unique");

        Assert.Equal(
            [[
                "error", "content_posts.slug is unique (content_posts_slug_key), must not be null and has no default.",
                "Every item fails.", "Give the column a default, or fill it in a BEFORE INSERT trigger.",
            ]],
            await FoundAsync(database));
    }

    [Fact]
    public async Task A_unique_column_that_a_trigger_may_fill_is_a_note()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync(
            """
            alter table content_posts add column slug text not null unique;
            create function fill() returns trigger language plpgsql as
              'begin new.slug := new.id; return new; end';
            create trigger fill before insert on content_posts for each row execute function fill();
            """);

        Assert.Equal(
            [[
                "note", "content_posts.slug is unique (content_posts_slug_key), must not be null and has no default.",
                "Every item fails that no BEFORE INSERT trigger gives a value to.", null,
            ]],
            await FoundAsync(database));
    }

    [Fact]
    public async Task A_unique_index_over_what_a_cross_post_shares_with_its_original_is_a_warning()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync("create unique index one_title on content_posts (title, creator_id)");

        var finding = Assert.Single(await FoundAsync(database));

        Assert.Equal("warning", finding[0]);
        Assert.Equal(
            "The unique index one_title on content_posts is over what a cross-post shares with its original: creator_id, title.",
            finding[1]);
    }

    [Theory]
    [InlineData("(title, creator_id, cluster)")]
    [InlineData("(title, creator_id) where not is_crosspost")]
    [InlineData("(title, published_at)")]
    public async Task A_unique_index_that_a_cross_post_does_not_break_is_none(string index)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync($"create unique index mine on content_posts {index}");

        Assert.Empty(await FoundAsync(database));
    }

    private static Task<List<object?[]>> FoundAsync(TestDatabase database) => database.RowsAsync(
        """
        select finding ->> 'level', finding ->> 'what', finding ->> 'follows', finding ->> 'advice'
        from jsonb_array_elements(post_queue_check(2)) as finding
        where finding ->> 'level' <> 'ok'
        """);
}
