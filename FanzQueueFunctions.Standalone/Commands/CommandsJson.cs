using System.Text.Json.Serialization;
using FanzQueueFunctions.Processing;

namespace FanzQueueFunctions.Standalone.Commands;

/// <summary>What commands print with <c>--json</c>, without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    WriteIndented = true)]
[JsonSerializable(typeof(IReadOnlyList<Finding>))]
internal sealed partial class CommandsJson : JsonSerializerContext;
