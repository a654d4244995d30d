using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;
using Npgsql;

namespace FanzQueueFunctions.Tests.Sql;

/// <summary>A role that row-level security keeps from the queue is told so, instead of finding it empty.</summary>
public sealed class RowSecurityTests(PostgresFixture postgres)
{
    private const string Claim = "select post_queue_claim(gen_random_uuid(), 10, 900)";

    [Theory]
    [InlineData(Claim)]
    [InlineData("select post_queue_reset_stuck(0)")]
    [InlineData("select post_queue_health(300)")]
    public async Task A_member_of_service_role_that_row_security_applies_to_is_refused(string call)
    {
        await using var database = await postgres.CreateDatabaseAsync();

        var refusal = await Assert.ThrowsAsync<PostgresException>(() => CallAsAsync(database, "nobypassrls", call));

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refusal.SqlState);
        Assert.StartsWith("row-level security hides the queue from role row_security_", refusal.MessageText);
    }

    [Fact]
    public async Task A_member_of_service_role_with_bypassrls_works_the_queue()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));

        await CallAsAsync(database, "bypassrls", Claim);

        Assert.Equal(
            1L, await database.ScalarAsync<long>("select count(*) from multiplatform_post_queue where status = 'processing'"));
    }

    private static async Task CallAsAsync(TestDatabase database, string attribute, string call)
    {
        // Roles are the server's, not the database's: one of its own each time.
        var role = $"row_security_{Guid.NewGuid():N}";
        await database.ExecuteAsync($"create role {role} {attribute} in role service_role");
        await using var connection = await database.OpenAsync();
        await using var command = new NpgsqlCommand($"set role {role}; {call}", connection);
        await command.ExecuteNonQueryAsync();
    }
}
