using System.Text.Json.Serialization.Metadata;

namespace FanzQueueFunctions.Storage;

/// <summary>Calls one SQL function of the queue, over PostgreSQL's own protocol or over Supabase's REST API.</summary>
internal interface IQueueTransport
{
    /// <summary>Where it leads, without secrets.</summary>
    string Description { get; }

    /// <param name="function">The function's name in the schema <c>public</c>.</param>
    /// <param name="arguments">Named arguments: a Guid, int, bool, string, DateTimeOffset, <see cref="Json"/>, or null.</param>
    /// <param name="result">How to read the one <c>jsonb</c> that the function returns.</param>
    /// <exception cref="Processing.QueueStoreException">Every failure of the call.</exception>
    Task<T> CallAsync<T>(
        string function,
        IReadOnlyList<Argument> arguments,
        JsonTypeInfo<T> result,
        CancellationToken cancellationToken);
}

/// <summary>One named argument of a call.</summary>
internal readonly record struct Argument(string Name, object? Value)
{
    /// <summary>No argument where there is no value: the function's default holds then.</summary>
    public static Argument[] Given(string name, object? value) => value is null ? [] : [new(name, value)];
}

/// <summary>A JSON document as UTF-8, ready to be sent.</summary>
internal sealed record Json(ReadOnlyMemory<byte> Utf8);
