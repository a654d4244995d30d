using System.Text.Json.Nodes;
using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Tests.Operations;

/// <summary>Calls the operator's SQL functions by themselves, with no code of the app in between.</summary>
internal static class OperationFunctions
{
    /// <param name="filter">A filter as JSON.</param>
    public static Task<JsonObject> ItemsAsync(
        this TestDatabase database, string filter = "{}", bool newestFirst = true, int pageSize = 50, string? after = null) =>
        database.ObjectAsync("select post_queue_items($1::jsonb, $2, $3, $4)::text", filter, newestFirst, pageSize, after);

    /// <param name="order">What <c>action</c> is, as JSON; a key is added where it has none.</param>
    public static Task<JsonObject> ChangeAsync(this TestDatabase database, string verb, string order, int portion = 1)
    {
        var action = JsonNode.Parse(order)!.AsObject();
        action.TryAdd("idempotency_key", Guid.NewGuid().ToString());
        action.TryAdd("actor", "a test");
        return database.ObjectAsync(
            $"select post_queue_{verb}($1::jsonb, $2)::text", action.ToJsonString(), portion);
    }

    public static async Task<JsonObject> ObjectAsync(this TestDatabase database, string sql, params object?[] parameters) =>
        JsonNode.Parse(await database.ScalarAsync<string>(sql, parameters))!.AsObject();

    public static IEnumerable<Guid> Ids(this JsonObject page) =>
        page["items"]!.AsArray().Select(item => item!["id"]!.GetValue<Guid>());

    /// <summary>Items that failed one second after the other, the last of them a minute ago.</summary>
    /// <returns>Their ids, oldest first.</returns>
    public static async Task<Guid[]> AddFailuresAsync(this TestDatabase database, Guid postId, int count, string error = "It failed.") =>
    [
        .. (await database.RowsAsync(
            """
            with added as (
              insert into multiplatform_post_queue (
                original_post_id, creator_id, target_platform, status, error_message, queued_at, failed_at, retry_count
              )
              select p.id, p.creator_id, 'girlfanz', 'failed', $3, now() - interval '2 hours',
                now() - interval '1 minute' - (n * interval '1 second'), 3
              from content_posts p, generate_series(1, $2) n
              where p.id = $1
              returning id, failed_at
            )
            select id from added order by failed_at
            """,
            postId, count, error)).Select(row => (Guid)row[0]!),
    ];
}
