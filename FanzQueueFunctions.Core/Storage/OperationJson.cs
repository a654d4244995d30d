using System.Text.Json;
using System.Text.Json.Serialization;
using FanzQueueFunctions.Operations;

namespace FanzQueueFunctions.Storage;

/// <summary>The operator's records as the SQL functions write and read them, without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters =
    [
        typeof(SnakeCase<ItemStatus>), typeof(SnakeCase<CountPrecision>), typeof(SnakeCase<ItemVerb>),
        typeof(SnakeCase<RecordedVerb>),
        typeof(SnakeCase<TryOutcome>),
    ])]
[JsonSerializable(typeof(QueueOverview))]
[JsonSerializable(typeof(QueueSeries))]
[JsonSerializable(typeof(PlatformSeries))]
[JsonSerializable(typeof(IdFound))]
[JsonSerializable(typeof(ItemFilter))]
[JsonSerializable(typeof(ItemPage))]
[JsonSerializable(typeof(List<ItemStory>))]
[JsonSerializable(typeof(FailureCauses))]
[JsonSerializable(typeof(CreatorsFound))]
[JsonSerializable(typeof(ChangeOrder))]
[JsonSerializable(typeof(Change))]
[JsonSerializable(typeof(ChangePage))]
[JsonSerializable(typeof(QueueControls))]
[JsonSerializable(typeof(ErasedPortion))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(RolledUp))]
internal sealed partial class OperationJson : JsonSerializerContext;

/// <summary>An enum's value in small letters, its words joined by underscores; numbers are refused.</summary>
internal sealed class SnakeCase<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where T : struct, Enum;
