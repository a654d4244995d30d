using System.Text.Json.Nodes;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;
using Npgsql;
using static FanzQueueFunctions.Tests.Sql.QueueFunctions;

namespace FanzQueueFunctions.Tests.Sql;

/// <summary>Who may call the functions, on a database whose default privileges give everything to everyone, as Supabase's do.</summary>
public sealed class GrantTests(PostgresFixture postgres)
{
    [Theory]
    [InlineData("anon")]
    [InlineData("authenticated")]
    public async Task No_function_of_the_queue_can_be_called_by(string role)
    {
        await using var database = await CreateWithDefaultPrivilegesAsync();
        // From the catalog, so that a new function cannot be forgotten.
        var functions = await database.RowsAsync(
            """
            select format('%s.%s(%s)', p.pronamespace::regnamespace, p.proname, (
              select string_agg(format('null::%s', t::regtype), ', ') from unnest(p.proargtypes) as t
            ))
            from pg_proc p
            where p.pronamespace = 'post_queue'::regnamespace
              or p.pronamespace = 'public'::regnamespace and p.proname like 'post\_queue\_%'
            """);
        Assert.True(functions.Count >= 5, $"Only {functions.Count} functions found.");

        foreach (var function in functions.Select(row => row[0]))
        {
            await using var session = await OpenTransaction.BeginAsRoleAsync(database, role, Guid.NewGuid());
            var error = await Assert.ThrowsAsync<PostgresException>(() => session.ExecuteAsync($"select {function}"));
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, error.SqlState);
            Assert.Matches("^permission denied for (function post_queue_|schema post_queue$)", error.MessageText);
        }
    }

    [Fact]
    public async Task The_service_role_does_a_whole_batch_with_row_level_security_on()
    {
        await using var database = await CreateWithDefaultPrivilegesAsync();
        await DoAWholeBatchAsServiceRoleAsync(database);
    }

    [Fact]
    public async Task The_service_role_does_a_whole_batch_on_a_plain_database()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await DoAWholeBatchAsServiceRoleAsync(database);
    }

    private static async Task DoAWholeBatchAsServiceRoleAsync(TestDatabase database)
    {
        var original = await database.AddPostAsync(await database.AddCreatorAsync());
        var item = await database.AddItemAsync(original);
        var stuck = await database.AddItemAsync(original, with: "status = 'processing', processing_started_at = null");
        Assert.True(await database.ScalarAsync<bool>(
            "select relrowsecurity from pg_class where oid = 'multiplatform_post_queue'::regclass"));
        await using var session = await OpenTransaction.BeginAsRoleAsync(database, "service_role");
        var claimId = Guid.CreateVersion7();

        var reset = JsonNode.Parse(await session.ScalarAsync<string>("select post_queue_reset_stuck(0)::text"));
        await session.ExecuteAsync("select post_queue_claim($1, 10, 900)", claimId);
        var results = JsonNode.Parse(
            await session.ScalarAsync<string>(
                "select post_queue_settle($1, $2::jsonb)::text",
                claimId,
                new JsonArray(Post(item), Post(stuck)).ToJsonString()));
        var health = JsonNode.Parse(await session.ScalarAsync<string>("select post_queue_health(300)::text"))!;
        await session.CommitAsync();

        Assert.Equal(stuck, Assert.Single(reset!.AsArray())!.Id());
        Assert.Equal(["posted", "posted"], results!.AsArray().Select(result => result!.Outcome()));
        Assert.Equal("2", health.Text("posted_last_hour"));
        Assert.Equal("2", health["counts"]!.Text("posted"));
    }

    private async Task<TestDatabase> CreateWithDefaultPrivilegesAsync()
    {
        var database = await postgres.CreateEmptyDatabaseAsync();
        await database.ExecuteAsync(
            """
            alter default privileges grant all on schemas to anon, authenticated, service_role;
            alter default privileges in schema public grant all on functions to anon, authenticated, service_role;
            alter default privileges in schema public grant all on tables to anon, authenticated, service_role
            """);
        await Migrations.ApplyAsync(database.ConnectionString + ";Pooling=false");
        return database;
    }
}
