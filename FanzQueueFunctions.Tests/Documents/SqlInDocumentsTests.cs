using System.Text.RegularExpressions;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;
using Npgsql;

namespace FanzQueueFunctions.Tests.Documents;

/// <summary>The SQL that the documents show runs as it is printed, on a migrated database.</summary>
public sealed partial class SqlInDocumentsTests(PostgresFixture postgres)
{
    private static readonly string[] Folders = ["", "docs", "docs/runbooks", "docs/reference", "supabase", "supabase/releases"];

    public static TheoryData<string> Documents => new(
        Folders.SelectMany(folder => Directory.GetFiles(Path.Combine(RepositoryFolder.Path, folder), "*.md"))
            .Select(file => Path.GetRelativePath(RepositoryFolder.Path, file))
            .Where(document => BlocksOf(document).Count > 0)
            .Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task Every_SQL_block_of_a_document_runs_as_printed(string document)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        // The server's roles outlive the database: each document begins with none, but for the one that is replaced there.
        await database.ExecuteAsync("drop role if exists queue_worker, queue_worker_b");
        if (document == "docs/runbooks/rotate-keys.md")
            await database.ExecuteAsync("create role queue_worker login");

        foreach (var block in BlocksOf(document))
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
    }

    private static List<string> BlocksOf(string document) =>
    [
        .. Block().Matches(File.ReadAllText(Path.Combine(RepositoryFolder.Path, document)).ReplaceLineEndings("\n"))
            .Select(match => match.Groups[1].Value),
    ];

    [GeneratedRegex(@"^ *```sql\n(.*?)^ *```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();

    // What the reader is to fill in, such as '<id>'.
    [GeneratedRegex("<[a-z_]+>")]
    private static partial Regex Placeholder();
}
