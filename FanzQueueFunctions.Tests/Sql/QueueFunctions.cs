using System.Text.Json.Nodes;
using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Tests.Sql;

/// <summary>Calls the SQL functions by themselves, with no code of the app in between.</summary>
internal static class QueueFunctions
{
    public const int LeaseSeconds = 900;

    /// <summary>What the app sends for an item that it would post.</summary>
    public static JsonObject Post(Guid itemId, string cluster = "girlfanz", int? retryInSeconds = 120) => new()
    {
        ["item_id"] = itemId,
        ["cluster"] = cluster,
        ["retry_in_seconds"] = retryInSeconds,
    };

    /// <summary>What the app sends for an item that it may not post.</summary>
    public static JsonObject Refuse(Guid itemId, string refusal) => new()
    {
        ["item_id"] = itemId,
        ["refusal"] = refusal,
        ["retry_in_seconds"] = 120,
    };

    /// <summary>What the app sends for an item that it could not post now.</summary>
    public static JsonObject Fail(Guid itemId, string obstacle, long? retryInSeconds = 120) => new()
    {
        ["item_id"] = itemId,
        ["obstacle"] = obstacle,
        ["retry_in_seconds"] = retryInSeconds,
    };

    /// <summary>Claims all that is due, up to 1,000 items, for a run of its own.</summary>
    /// <returns>The claim's id.</returns>
    public static async Task<Guid> ClaimAllAsync(this TestDatabase database)
    {
        var claimId = Guid.CreateVersion7();
        await database.ClaimAsync(claimId, 1000);
        return claimId;
    }

    public static async Task<JsonArray> ClaimAsync(
        this TestDatabase database, Guid claimId, int batchSize = 10, int leaseSeconds = LeaseSeconds, bool fair = false) =>
        (await database.ClaimAnswerAsync(claimId, batchSize, leaseSeconds, fair))["items"]!.AsArray();

    public static async Task<JsonObject> ClaimAnswerAsync(
        this TestDatabase database, Guid claimId, int? batchSize = 10, int? leaseSeconds = LeaseSeconds, bool fair = false)
    {
        // As the release before calls it, which knows no turns.
        var answer = fair
            ? await database.ScalarAsync<string>(
                "select post_queue_claim($1, $2::integer, $3::integer, true)::text", claimId, batchSize, leaseSeconds)
            : await database.ScalarAsync<string>(
                "select post_queue_claim($1, $2::integer, $3::integer)::text", claimId, batchSize, leaseSeconds);
        return JsonNode.Parse(answer)!.AsObject();
    }

    public static async Task<JsonArray> SettleAsync(this TestDatabase database, Guid claimId, params JsonObject[] outcomes)
    {
        var answer = await database.ScalarAsync<string>(
            "select post_queue_settle($1, $2::jsonb)::text", claimId, new JsonArray([.. outcomes]).ToJsonString());
        return JsonNode.Parse(answer)!.AsArray();
    }

    /// <summary>Settles one item.</summary>
    /// <returns>Its result.</returns>
    public static async Task<JsonObject> SettleOneAsync(this TestDatabase database, Guid claimId, JsonObject outcome) =>
        Assert.Single(await database.SettleAsync(claimId, outcome))!.AsObject();

    public static async Task<JsonArray> ResetStuckAsync(
        this TestDatabase database, int? olderThanSeconds, bool? dryRun = false)
    {
        var answer = await database.ScalarAsync<string>(
            "select post_queue_reset_stuck($1::integer, $2::boolean)::text", olderThanSeconds, dryRun);
        return JsonNode.Parse(answer)!.AsArray();
    }

    public static async Task<JsonObject> HealthAsync(this TestDatabase database, int? stuckAfterSeconds = 300)
    {
        var answer = await database.ScalarAsync<string>(
            "select post_queue_health($1::integer)::text", stuckAfterSeconds);
        return JsonNode.Parse(answer)!.AsObject();
    }

    /// <param name="platform">Null: everything.</param>
    public static Task<JsonObject> PauseAsync(this TestDatabase database, string? platform, string? reason = "it is down") =>
        database.ControlAsync("select post_queue_pause($1, 'a test', $2)::text", platform, reason);

    /// <inheritdoc cref="PauseAsync"/>
    public static Task<JsonObject> ResumeAsync(this TestDatabase database, string? platform) =>
        database.ControlAsync("select post_queue_resume($1, 'a test')::text", platform);

    /// <param name="perMinute">Null: no limit any more.</param>
    public static Task<JsonObject> LimitAsync(this TestDatabase database, string? platform, int? perMinute) =>
        database.ControlAsync("select post_queue_limit($1, $2::integer, 'a test')::text", platform, perMinute);

    private static async Task<JsonObject> ControlAsync(this TestDatabase database, string sql, params object?[] arguments) =>
        JsonNode.Parse(await database.ScalarAsync<string>(sql, arguments))!.AsObject();

    public static Guid Id(this JsonNode item) => item["id"]!.GetValue<Guid>();

    public static Guid ItemId(this JsonNode result) => result["item_id"]!.GetValue<Guid>();

    public static string Outcome(this JsonNode result) => result["outcome"]!.GetValue<string>();

    /// <returns>The text of a member, or null where it is null.</returns>
    public static string? Text(this JsonNode row, string member) => row[member]?.ToString();
}
