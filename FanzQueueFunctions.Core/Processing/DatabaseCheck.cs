namespace FanzQueueFunctions.Processing;

/// <summary>The check of the database against what this app needs of it: on demand, and once at start.</summary>
public sealed class DatabaseCheck(IQueueStore store)
{
    /// <summary>The version of the SQL functions that this app calls: what <c>post_queue_version()</c> must give at least.</summary>
    public const int NeededVersion = 5;

    // Version 1 had no check, and a database that was never migrated has none either.
    private static readonly Finding NotMigrated = new()
    {
        Level = FindingLevel.Error,
        What = "The SQL functions are older than this app, or missing.",
        Follows = "The app refuses to run.",
        Advice = "Apply the migrations in supabase/migrations (the database has version 1 or none, " +
            $"this app needs version {NeededVersion}).",
    };

    /// <returns>The findings, worst first; never empty.</returns>
    /// <exception cref="QueueStoreException">The database could not be asked.</exception>
    public async Task<IReadOnlyList<Finding>> FindAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await store.CheckAsync(NeededVersion, cancellationToken);
        }
        // PostgREST says the same of functions that it has not seen yet: no reason to end for good.
        catch (QueueStoreException exception) when (
            exception is { Error: QueueStoreError.NotMigrated, Code: not "PGRST202" })
        {
            return [NotMigrated];
        }
    }
}
