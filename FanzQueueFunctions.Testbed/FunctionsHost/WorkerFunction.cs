using System.Text.Json;
using System.Text.Json.Nodes;
using FanzQueueFunctions.Testbed.FunctionsHost.Rpc;

namespace FanzQueueFunctions.Testbed.FunctionsHost;

/// <summary>A function as the worker announces it.</summary>
/// <param name="Metadata">The announcement.</param>
public sealed record WorkerFunction(RpcFunctionMetadata Metadata)
{
    public string Name => Metadata.Name;

    /// <summary>The bindings, as <c>functions.metadata</c> has them.</summary>
    public IReadOnlyList<JsonNode> Bindings { get; } =
        [.. Metadata.RawBindings.Select(binding => JsonNode.Parse(binding)!)];

    /// <summary>The binding that starts it.</summary>
    public JsonNode Trigger => Bindings.First(binding => TypeOf(binding).EndsWith("Trigger", StringComparison.Ordinal));

    public bool IsTimer => TypeOf(Trigger) == "timerTrigger";

    public bool IsHttp => TypeOf(Trigger) == "httpTrigger";

    private static string TypeOf(JsonNode binding) => binding["type"].Deserialize<string>()!;
}
