using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Telemetry;

namespace FanzQueueFunctions.Storage;

/// <summary>
/// What a SQLSTATE means for the caller and what to do about it: the same for both transports
/// (https://www.postgresql.org/docs/15/errcodes-appendix.html).
/// </summary>
internal static class SqlStateErrors
{
    /// <param name="message">PostgreSQL's own message; it carries no secret.</param>
    public static QueueStoreException From(
        string sqlState, string message, Exception? inner = null, TimeSpan? retryAfter = null)
    {
        var (error, advice) = OfPooler(sqlState, message) ?? Read(sqlState);
        return new QueueStoreException(
            error, $"The database answered \"{OneLine.Of(message).TrimEnd('.')}\" (SQLSTATE {sqlState}). {advice}", inner)
        {
            Code = sqlState,
            RetryAfter = retryAfter,
        };
    }

    /// <summary>Poolers have one code for all that they say themselves, XX000 or 08P01: only the text tells it apart.</summary>
    private static (QueueStoreError Error, string Advice)? OfPooler(string sqlState, string message)
    {
        if (sqlState is not ("XX000" or "08P01" or "53300"))
            return null;
        if (Says("Tenant or user not found"))
        {
            return (
                QueueStoreError.WrongCredentials,
                "The pooler does not know the user or the project: in DATABASE_URL the user is postgres.<project>, and the host " +
                "the one that Connect in the project's dashboard shows for the session pooler.");
        }

        if (Says("MaxClients") || Says("max clients") || Says("no more connections allowed"))
        {
            return (
                QueueStoreError.Busy,
                "The pooler has no room for another client: use fewer workers, a larger pool, or its transaction mode.");
        }

        if (Says("circuit breaker") || Says("too many authentication"))
        {
            return (
                QueueStoreError.Busy,
                "The pooler turns this user away for a while after too many failed sign-ins: correct the password, then wait.");
        }

        if (Says("server login has been failing") || Says("query_wait_timeout") || Says("server conn crashed"))
            return (QueueStoreError.Unreachable, "The pooler cannot reach its server; it may pass.");
        return null;

        bool Says(string words) => message.Contains(words, StringComparison.OrdinalIgnoreCase);
    }

    private static (QueueStoreError Error, string Advice) Read(string sqlState) => sqlState switch
    {
        "42883" or "42P01" or "42703" => (
            QueueStoreError.NotMigrated, "Apply the migrations in supabase/migrations (supabase db push --remote)."),
        "42501" => (
            QueueStoreError.NotPermitted,
            "Use the service_role key, or a role that has BYPASSRLS and was granted service_role."),
        "28000" or "28P01" => (
            QueueStoreError.WrongCredentials, "Correct the user and password in DATABASE_URL."),
        "3D000" => (QueueStoreError.WrongCredentials, "Correct the database name in DATABASE_URL."),
        "57014" => (
            QueueStoreError.Timeout, "The statement timeout ran out. See what holds the database up, or take smaller batches."),
        "25006" => (
            QueueStoreError.ReadOnly,
            "The database takes no changes: a disk quota is used up, it is a standby or fails over, or " +
            "default_transaction_read_only is on. Nothing is posted until it does."),
        "53100" => (QueueStoreError.Busy, "The server's disk is full: nothing is posted until there is room."),
        "40001" or "40P01" or "55P03" => (QueueStoreError.Busy, "Another transaction was in the way; it may pass."),
        "57P01" or "57P02" or "57P03" or "57P05" => (
            QueueStoreError.Unreachable, "The server is stopping or starting; it may pass."),
        "53300" or "53400" => (
            QueueStoreError.Busy, "Too many connections: use the pooler, or fewer workers."),
        _ => sqlState.Length < 2 ? Unknown : sqlState[..2] switch
        {
            "08" => (QueueStoreError.Unreachable, "The connection broke; it may pass."),
            "53" => (QueueStoreError.Busy, "The server is short of memory or disk. See to the server."),
            "58" or "XX" => (QueueStoreError.Unreachable, "The server itself failed. See the server's log."),
            _ => Unknown,
        },
    };

    private static (QueueStoreError, string) Unknown => (
        QueueStoreError.Refused, "A fault of the app or of the schema: compare supabase/migrations with the database.");
}
