using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using FanzQueueFunctions.Storage;

namespace FanzQueueFunctions.Tests.Storage;

/// <summary>
/// The app's transport, but that an answer with a member that the app does not know is refused: what a SQL function says and
/// nobody reads is noticed by every test of the store. The app itself passes over it, for newer functions than its own.
/// </summary>
internal sealed class StrictTransport(IQueueTransport transport) : IQueueTransport
{
    public string Description => transport.Description;

    public Task<T> CallAsync<T>(
        string function, IReadOnlyList<Argument> arguments, JsonTypeInfo<T> result, CancellationToken cancellationToken)
    {
        var strict = new JsonSerializerOptions(result.Options) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };
        return transport.CallAsync(function, arguments, (JsonTypeInfo<T>)strict.GetTypeInfo(typeof(T)), cancellationToken);
    }
}
