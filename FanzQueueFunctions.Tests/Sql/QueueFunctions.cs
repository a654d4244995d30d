using System.Text.Json.Nodes;
using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Tests.Sql;

/// <summary>Calls the SQL functions by themselves, with no code of the app in between.</summary>
internal static class QueueFunctions
{
    public const int LeaseSeconds = 900;

    /// <summary>What the app sends for an item that it would post, with a retry left.</summary>
    public static JsonObject Post(Guid itemId, string cluster = "girlfanz") => new()
    {
        ["item_id"] = itemId,
        ["patch"] = new JsonObject { ["cluster"] = cluster, ["watermark_enabled"] = false },
        ["retry_in_seconds"] = 120,
    };

    public static async Task<JsonArray> ClaimAsync(
        this TestDatabase database, Guid claimId, int batchSize = 10, int leaseSeconds = LeaseSeconds)
    {
        var answer = await database.ScalarAsync<string>(
            "select post_queue_claim($1, $2, $3)::text", claimId, batchSize, leaseSeconds);
        return JsonNode.Parse(answer)!["items"]!.AsArray();
    }

    public static async Task<JsonArray> SettleAsync(this TestDatabase database, Guid claimId, params JsonObject[] outcomes)
    {
        var answer = await database.ScalarAsync<string>(
            "select post_queue_settle($1, $2::jsonb)::text", claimId, new JsonArray([.. outcomes]).ToJsonString());
        return JsonNode.Parse(answer)!.AsArray();
    }
}
