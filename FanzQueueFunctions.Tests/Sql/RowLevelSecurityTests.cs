using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;
using Npgsql;

namespace FanzQueueFunctions.Tests.Sql;

/// <summary>What a signed-in creator may see and queue through the REST API.</summary>
public sealed class RowLevelSecurityTests(PostgresFixture postgres)
{
    private const string Queue =
        "insert into multiplatform_post_queue (original_post_id, creator_id, target_platform) values ($1, $2, 'girlfanz')";

    [Fact]
    public async Task A_creator_sees_their_own_items_and_nobody_elses()
    {
        await using var database = await CreateWithTableGrantsAsync();
        var (user, _, post) = await AddUserAsync(database);
        var (_, _, othersPost) = await AddUserAsync(database);
        var own = await database.AddItemAsync(post);
        await database.AddItemAsync(othersPost);

        await using var session = await OpenTransaction.BeginAsRoleAsync(database, "authenticated", user);

        Assert.Equal(
            own.ToString(),
            await session.ScalarAsync<string>("select string_agg(id::text, ' ') from multiplatform_post_queue"));
    }

    [Fact]
    public async Task A_creator_sees_their_own_history_and_settings_and_nobody_elses()
    {
        await using var database = await CreateWithTableGrantsAsync();
        var (user, creator, _) = await AddUserAsync(database);
        await AddUserAsync(database);
        await database.ExecuteAsync(
            """
            insert into multiplatform_post_history (creator_id, target_platform) select id, 'girlfanz' from creators;
            insert into creator_multiplatform_settings (creator_id) select id from creators
            """);

        await using var session = await OpenTransaction.BeginAsRoleAsync(database, "authenticated", user);

        foreach (var table in (string[])["multiplatform_post_history", "creator_multiplatform_settings"])
        {
            Assert.Equal(
                creator.ToString(),
                await session.ScalarAsync<string>($"select string_agg(creator_id::text, ' ') from {table}"));
        }
    }

    [Fact]
    public async Task A_creator_queues_their_own_post()
    {
        await using var database = await CreateWithTableGrantsAsync();
        var (user, creator, post) = await AddUserAsync(database);
        await using var session = await OpenTransaction.BeginAsRoleAsync(database, "authenticated", user);

        Assert.Equal(1, await session.ExecuteAsync(Queue, post, creator));
    }

    [Fact]
    public async Task A_creator_cannot_queue_anothers_post_under_their_own_name()
    {
        await using var database = await CreateWithTableGrantsAsync();
        var (user, creator, _) = await AddUserAsync(database);
        var (_, _, othersPost) = await AddUserAsync(database);

        await AssertRefusedAsync(database, user, othersPost, creator);
    }

    [Fact]
    public async Task A_creator_cannot_queue_under_anothers_name()
    {
        await using var database = await CreateWithTableGrantsAsync();
        var (user, _, _) = await AddUserAsync(database);
        var (_, other, othersPost) = await AddUserAsync(database);

        await AssertRefusedAsync(database, user, othersPost, other);
    }

    [Fact]
    public async Task A_creator_cannot_change_or_delete_an_item()
    {
        await using var database = await CreateWithTableGrantsAsync();
        var (user, _, post) = await AddUserAsync(database);
        await database.AddItemAsync(post);
        await using var session = await OpenTransaction.BeginAsRoleAsync(database, "authenticated", user);

        Assert.Equal(0, await session.ExecuteAsync("update multiplatform_post_queue set retry_count = 0"));
        Assert.Equal(0, await session.ExecuteAsync("delete from multiplatform_post_queue"));
    }

    [Fact]
    public async Task Nobody_sees_or_queues_anything_without_signing_in()
    {
        await using var database = await CreateWithTableGrantsAsync();
        var (_, creator, post) = await AddUserAsync(database);
        await database.AddItemAsync(post);
        await using var session = await OpenTransaction.BeginAsRoleAsync(database, "anon");

        Assert.Equal(0L, await session.ScalarAsync<long>("select count(*) from multiplatform_post_queue"));
        var error = await Assert.ThrowsAsync<PostgresException>(() => session.ExecuteAsync(Queue, post, creator));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, error.SqlState);
    }

    private static async Task AssertRefusedAsync(TestDatabase database, Guid user, Guid post, Guid creator)
    {
        await using var session = await OpenTransaction.BeginAsRoleAsync(database, "authenticated", user);
        var error = await Assert.ThrowsAsync<PostgresException>(() => session.ExecuteAsync(Queue, post, creator));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, error.SqlState);
        Assert.Contains("row-level security", error.MessageText, StringComparison.Ordinal);
    }

    private static async Task<(Guid User, Guid Creator, Guid Post)> AddUserAsync(TestDatabase database)
    {
        var user = Guid.NewGuid();
        var creator = await database.AddCreatorAsync();
        await database.ExecuteAsync("update creators set user_id = $1 where id = $2", user, creator);
        return (user, creator, await database.AddPostAsync(creator));
    }

    // Supabase's default privileges give the tables to every role: the policies alone stand before the rows.
    private async Task<TestDatabase> CreateWithTableGrantsAsync()
    {
        var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync("grant all on all tables in schema public to anon, authenticated");
        return database;
    }
}
