using System.Text.Json.Serialization;

namespace FanzQueueFunctions.Http;

/// <summary>What is answered over HTTP, without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ResetStuckAnswer))]
[JsonSerializable(typeof(HealthAnswer))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(SignIn))]
[JsonSerializable(typeof(ClientPrincipal))]
internal sealed partial class HttpJson : JsonSerializerContext;
