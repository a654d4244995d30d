using System.Text.Json;
using System.Text.Json.Serialization;
using FanzQueueFunctions.Operations;
using FanzQueueFunctions.Processing;

namespace FanzQueueFunctions.Http;

/// <summary>The operator's records over HTTP, without reflection. A member that is not known is refused.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    Converters =
    [
        typeof(CamelCase<ItemStatus>), typeof(CamelCase<CountPrecision>), typeof(CamelCase<RecordedVerb>),
        typeof(CamelCase<TryOutcome>),
        typeof(CamelCase<FindingLevel>), typeof(CamelCase<HealthStatus>),
    ])]
[JsonSerializable(typeof(QueueOverview))]
[JsonSerializable(typeof(QueueSeries))]
[JsonSerializable(typeof(PlatformSeries))]
[JsonSerializable(typeof(IdFound))]
[JsonSerializable(typeof(ItemPage))]
[JsonSerializable(typeof(ItemStory))]
[JsonSerializable(typeof(FailureCauses))]
[JsonSerializable(typeof(CreatorsFound))]
[JsonSerializable(typeof(IReadOnlyList<Finding>))]
[JsonSerializable(typeof(ChangePage))]
[JsonSerializable(typeof(Change))]
[JsonSerializable(typeof(ChangeBody))]
[JsonSerializable(typeof(QueueControls))]
[JsonSerializable(typeof(PauseBody))]
[JsonSerializable(typeof(LimitBody))]
[JsonSerializable(typeof(UndoBody))]
[JsonSerializable(typeof(ResetBody))]
[JsonSerializable(typeof(CreatorErased))]
internal sealed partial class OperationsJson : JsonSerializerContext;

/// <summary>An enum's value as the other names of the answers are written; numbers are refused.</summary>
internal sealed class CamelCase<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where T : struct, Enum;
