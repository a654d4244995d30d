namespace FanzQueueFunctions.Processing;

/// <summary>
/// A call to the store failed. The message says what happened and what to do; it carries no secret. Whether the same
/// call may succeed later is <see cref="IsTransient"/>, never to be guessed from the text.
/// </summary>
public sealed class QueueStoreException(QueueStoreError error, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    public QueueStoreError Error { get; } = error;

    /// <summary>Whether repeating the call may help. All of the store's calls may be repeated.</summary>
    public bool IsTransient => Error is QueueStoreError.Unreachable or QueueStoreError.Timeout
        or QueueStoreError.Busy or QueueStoreError.ReadOnly;

    /// <summary>PostgreSQL's SQLSTATE or PostgREST's code, where there was one.</summary>
    public string? Code { get; init; }

    /// <summary>How long the other side asked to wait.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>A failure that no transport knows: a fault of this app's, or of a library's.</summary>
    public static QueueStoreException Unforeseen(string host, Exception exception) => new(
        QueueStoreError.Refused,
        $"The call to {host} failed in a way that this app does not know: {exception.GetType().Name}, " +
        $"{exception.Message.TrimEnd('.').ReplaceLineEndings(" ")}. Report it as a fault of the app.",
        exception);
}

public enum QueueStoreError
{
    /// <summary>No connection, or it broke: may pass.</summary>
    Unreachable,

    /// <summary>No answer in time: may pass.</summary>
    Timeout,

    /// <summary>Too many connections or requests, a deadlock, a serialization failure: may pass.</summary>
    Busy,

    /// <summary>The database takes no changes, as in a failover or when its disk quota is used up: may pass.</summary>
    ReadOnly,

    /// <summary>The answer is not what this app reads: another version of the functions, or not the API at all.</summary>
    MalformedAnswer,

    /// <summary>The key or the password is wrong: somebody must mend a setting.</summary>
    WrongCredentials,

    /// <summary>The role may not do it: somebody must mend a setting or a grant.</summary>
    NotPermitted,

    /// <summary>The database lacks the functions: somebody must apply the migrations.</summary>
    NotMigrated,

    /// <summary>The database refused the call for another reason: a fault of this app or of the schema.</summary>
    Refused,
}
