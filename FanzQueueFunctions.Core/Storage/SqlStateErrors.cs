using FanzQueueFunctions.Processing;

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
        var (error, advice) = Read(sqlState);
        return new QueueStoreException(
            error, $"The database answered \"{message.TrimEnd('.')}\" (SQLSTATE {sqlState}). {advice}", inner)
        {
            Code = sqlState,
            RetryAfter = retryAfter,
        };
    }

    private static (QueueStoreError Error, string Advice) Read(string sqlState) => sqlState switch
    {
        "42883" or "42P01" or "42703" => (
            QueueStoreError.NotMigrated, "Apply the migrations in supabase/migrations (supabase db push)."),
        "42501" => (
            QueueStoreError.NotPermitted,
            "Use the service_role key, or a role that has BYPASSRLS and was granted service_role."),
        "28000" or "28P01" => (
            QueueStoreError.WrongCredentials, "Correct the user and password in DATABASE_URL."),
        "3D000" => (QueueStoreError.WrongCredentials, "Correct the database name in DATABASE_URL."),
        "57014" => (
            QueueStoreError.Timeout, "The statement timeout ran out. See what holds the database up, or take smaller batches."),
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
