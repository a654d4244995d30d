using System.Text.Json.Serialization;

namespace FanzQueueFunctions.Functions;

/// <summary>What the functions answer over HTTP, without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ResetStuckAnswer))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(SignIn))]
[JsonSerializable(typeof(ClientPrincipal))]
internal sealed partial class FunctionsJson : JsonSerializerContext;
