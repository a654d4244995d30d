using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FanzQueueFunctions.Operations;
using FanzQueueFunctions.Processing;

namespace FanzQueueFunctions.Storage;

/// <summary>The operator's side of the store: each operation is one call of a SQL function, repeated where that may help.</summary>
internal sealed class OperationStore(IQueueTransport transport, StoreResilience resilience, DatabaseName database) : IOperationStore
{
    public async Task<QueueOverview> ReadOverviewAsync(TimeSpan stuckAfter, CancellationToken cancellationToken)
    {
        var overview = await CallAsync(
            "post_queue_overview",
            [new("stuck_after_seconds", (int)Math.Ceiling(stuckAfter.TotalSeconds))],
            OperationJson.Default.QueueOverview,
            cancellationToken);
        return overview with { Database = database.Text };
    }

    public Task<QueueSeries> ReadSeriesAsync(
        SeriesRange range, string? platform, CancellationToken cancellationToken) =>
        CallAsync(
            "post_queue_series",
            [
                new("range_seconds", (int)range.Length.TotalSeconds),
                new("bucket_seconds", (int)range.Bucket.TotalSeconds),
                .. Argument.Given("platform", platform),
            ],
            OperationJson.Default.QueueSeries,
            cancellationToken);

    public Task<PlatformSeries> ReadPlatformSeriesAsync(CancellationToken cancellationToken) =>
        CallAsync("post_queue_platform_series", [], OperationJson.Default.PlatformSeries, cancellationToken);

    public Task<ItemPage> ReadItemsAsync(ItemQuery query, CancellationToken cancellationToken) =>
        CallAsync(
            "post_queue_items",
            [
                new("filter", Json(query.Filter, OperationJson.Default.ItemFilter)),
                new("newest_first", query.NewestFirst),
                new("page_size", query.PageSize),
                .. Argument.Given("after", query.After),
            ],
            OperationJson.Default.ItemPage,
            cancellationToken);

    public async Task<ItemStory?> ReadItemAsync(Guid id, CancellationToken cancellationToken)
    {
        var stories = await CallAsync(
            "post_queue_item", [new("item_id", id)], OperationJson.Default.ListItemStory, cancellationToken);
        return stories.SingleOrDefault();
    }

    public Task<IdFound> FindAsync(Guid id, CancellationToken cancellationToken) =>
        CallAsync("post_queue_find", [new("id", id)], OperationJson.Default.IdFound, cancellationToken);

    public Task<FailureCauses> ReadFailuresAsync(DateTimeOffset? since, CancellationToken cancellationToken) =>
        CallAsync(
            "post_queue_failures", [.. Argument.Given("since", since)], OperationJson.Default.FailureCauses, cancellationToken);

    public Task<CreatorsFound> FindCreatorsAsync(string name, CancellationToken cancellationToken) =>
        CallAsync("post_queue_creators", [new("name", name)], OperationJson.Default.CreatorsFound, cancellationToken);

    public Task<ChangePage> ReadChangesAsync(ChangeQuery query, CancellationToken cancellationToken) =>
        CallAsync(
            "post_queue_action_list",
            [
                .. Argument.Given("verb", query.Verb is { } verb ? JsonNamingPolicy.SnakeCaseLower.ConvertName($"{verb}") : null),
                .. Argument.Given("actor", query.Actor),
                .. Argument.Given("platform", query.Platform),
                new("page_size", query.PageSize),
                .. Argument.Given("before", query.Before),
                new("all_verbs", true),
            ],
            OperationJson.Default.ChangePage,
            cancellationToken);

    public Task<Change> ChangeAsync(ChangeOrder order, int portion, CancellationToken cancellationToken)
    {
        var function = order.Verb switch
        {
            ItemVerb.Retry => "post_queue_retry",
            ItemVerb.Cancel => "post_queue_cancel",
            ItemVerb.Prune => "post_queue_prune",
            ItemVerb.Undo => "post_queue_undo",
            _ => throw new UnreachableException($"No function for {order.Verb}."),
        };
        return CallAsync(
            function,
            [new("action", Json(order, OperationJson.Default.ChangeOrder)), new("portion", portion)],
            OperationJson.Default.Change,
            cancellationToken);
    }

    public Task<QueueControls> ControlAsync(ControlOrder order, CancellationToken cancellationToken)
    {
        var function = order.Verb switch
        {
            ControlVerb.Pause => "post_queue_pause",
            ControlVerb.Resume => "post_queue_resume",
            ControlVerb.Limit => "post_queue_limit",
            _ => throw new UnreachableException($"No function for {order.Verb}."),
        };
        // That there is no limit any more is said, not left out.
        Argument[] limit = order.Verb == ControlVerb.Limit ? [new("per_minute", order.PerMinute)] : [];
        return CallAsync(
            function,
            [
                new("platform", order.Platform),
                .. limit,
                new("actor", order.Actor),
                .. Argument.Given("reason", order.Reason),
                new("idempotency_key", order.IdempotencyKey),
                new("dry_run", order.DryRun),
            ],
            OperationJson.Default.QueueControls,
            cancellationToken);
    }

    public Task<int> PruneHistoryAsync(
        DateTimeOffset olderThan, string idempotencyKey, string actor, CancellationToken cancellationToken) =>
        PruneAsync("post_queue_prune_history", olderThan, idempotencyKey, actor, cancellationToken);

    public Task<int> PruneChangesAsync(
        DateTimeOffset olderThan, string idempotencyKey, string actor, CancellationToken cancellationToken) =>
        PruneAsync("post_queue_prune_changes", olderThan, idempotencyKey, actor, cancellationToken);

    private Task<int> PruneAsync(
        string function, DateTimeOffset olderThan, string idempotencyKey, string actor, CancellationToken cancellationToken) =>
        CallAsync(
            function,
            [new("older_than", olderThan), new("idempotency_key", idempotencyKey), new("actor", actor)],
            OperationJson.Default.Int32,
            cancellationToken);

    public Task<ErasedPortion> EraseCreatorAsync(CreatorErasure order, string? after, CancellationToken cancellationToken) =>
        CallAsync(
            "post_queue_erase_creator",
            [
                new("creator_id", order.CreatorId),
                new("actor", order.Actor),
                new("reason", order.Reason),
                new("idempotency_key", order.IdempotencyKey),
                .. Argument.Given("name", order.Name),
                .. Argument.Given("after", after),
                new("dry_run", order.DryRun),
            ],
            OperationJson.Default.ErasedPortion,
            cancellationToken);

    public async Task<bool> RollUpAsync(CancellationToken cancellationToken)
    {
        var rolledUp = await CallAsync("post_queue_roll_up", [], OperationJson.Default.RolledUp, cancellationToken);
        return rolledUp.IsCurrent;
    }

    private static Json Json<T>(T value, JsonTypeInfo<T> type) => new(JsonSerializer.SerializeToUtf8Bytes(value, type));

    private Task<T> CallAsync<T>(
        string function, Argument[] arguments, JsonTypeInfo<T> result, CancellationToken cancellationToken) =>
        resilience.CallAsync(
            function, token => transport.CallAsync(function, arguments, result, token), cancellationToken);
}

/// <summary>What <c>post_queue_roll_up</c> answers.</summary>
internal sealed record RolledUp(bool IsCurrent);
