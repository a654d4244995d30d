using System.Text.RegularExpressions;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;
using Npgsql;

namespace FanzQueueFunctions.Tests.Documents;

/// <summary>The SQL that the documents show runs as it is printed, on a migrated database.</summary>
public sealed partial class SqlInDocumentsTests(PostgresFixture postgres)
{
    [Theory]
    [InlineData("docs/using.md")]
    [InlineData("docs/operations.md")]
    [InlineData("docs/runbooks/backup-and-restore.md")]
    [InlineData("docs/runbooks/connections-and-roles.md")]
    [InlineData("docs/runbooks/disk-full.md")]
    [InlineData("docs/runbooks/large-tables.md")]
    [InlineData("docs/runbooks/maintenance.md")]
    [InlineData("docs/runbooks/move-from-node.md")]
    [InlineData("docs/runbooks/two-environments.md")]
    [InlineData("docs/runbooks/upgrade-postgresql.md")]
    public async Task Every_SQL_block_of_a_document_runs_as_printed(string document)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var text = await File.ReadAllTextAsync(Path.Combine(RepositoryFolder.Path, document));
        var found = Block().Matches(text).Select(match => match.Groups[1].Value).ToList();

        foreach (var block in found)
        {
            await using var connection = new NpgsqlConnection(database.ConnectionString);
            await connection.OpenAsync();
            // One by one, as psql sends them: an index cannot be built concurrently in a transaction of several.
            var statements = Placeholder().Replace(block, Guid.Empty.ToString()).Split(";\n");
            foreach (var statement in statements.Where(statement => !string.IsNullOrWhiteSpace(statement)))
            {
                await using var command = new NpgsqlCommand(statement, connection);
                await command.ExecuteNonQueryAsync();
            }
        }

        Assert.NotEmpty(found);
    }

    [GeneratedRegex(@"^ *```sql\n(.*?)^ *```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();

    // What the reader is to fill in, such as '<id>'.
    [GeneratedRegex("<[a-z_]+>")]
    private static partial Regex Placeholder();
}
