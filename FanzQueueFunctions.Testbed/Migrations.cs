using Npgsql;

namespace FanzQueueFunctions.Testbed;

/// <summary>Applies <c>supabase/migrations</c> in order, each file in a transaction of its own, as the Supabase CLI does.</summary>
public static class Migrations
{
    public static IReadOnlyList<string> Files { get; } =
    [
        .. Directory.GetFiles(Path.Combine(RepositoryFolder.Path, "supabase", "migrations"), "*.sql")
            .Order(StringComparer.Ordinal),
    ];

    public static Task ApplyAsync(string connectionString) => ApplyAsync(connectionString, Files);

    /// <param name="connectionString">The database's owner.</param>
    /// <param name="files">Some of <see cref="Files"/>, such as those of a <see cref="Release"/>.</param>
    public static async Task ApplyAsync(string connectionString, IReadOnlyList<string> files)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        foreach (var file in files)
        {
            // Several statements in one command are one transaction.
            await using var command = new NpgsqlCommand(await File.ReadAllTextAsync(file), connection);
            await command.ExecuteNonQueryAsync();
        }

        // The enums got new values, which this process's type cache does not know.
        await connection.ReloadTypesAsync();
    }
}
