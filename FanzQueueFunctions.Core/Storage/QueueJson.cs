using System.Text.Json.Serialization;
using FanzQueueFunctions.Processing;

namespace FanzQueueFunctions.Storage;

/// <summary>The records as the SQL functions write and read them, without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(Claim))]
[JsonSerializable(typeof(IReadOnlyList<ItemOutcome>))]
[JsonSerializable(typeof(List<SettledItem>))]
[JsonSerializable(typeof(List<StuckItem>))]
[JsonSerializable(typeof(WorkerReport))]
[JsonSerializable(typeof(bool))]
[JsonSerializable(typeof(QueueHealth))]
[JsonSerializable(typeof(List<Finding>))]
internal sealed partial class QueueJson : JsonSerializerContext;
