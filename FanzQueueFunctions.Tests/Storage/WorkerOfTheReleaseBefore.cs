using System.Net.Http.Json;
using System.Text.Json.Nodes;
using FanzQueueFunctions.Testbed;
using Npgsql;
using NpgsqlTypes;

namespace FanzQueueFunctions.Tests.Storage;

/// <summary>
/// Drains the queue by the statements and requests of release 1's app, whatever today's app sends. A call is made once:
/// one that fails ends the drain.
/// </summary>
/// <param name="call">Calls one SQL function with named arguments and gives its answer.</param>
internal sealed class WorkerOfTheReleaseBefore(Func<string, JsonObject, Task<JsonNode>> call)
{
    private const int BatchSize = 10;

    public static WorkerOfTheReleaseBefore Direct(TestDatabase database) => new(async (function, arguments) =>
    {
        await using var connection = await database.OpenAsync();
        await using var command = connection.CreateCommand();
        var named = arguments.Select((argument, i) => $"{argument.Key} => ${i + 1}");
        command.CommandText = $"select public.{function}({string.Join(", ", named)})";
        foreach (var (name, value) in arguments)
            command.Parameters.Add(Parameter(name, value!));
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return JsonNode.Parse(reader.GetString(0))!;
    });

    public static WorkerOfTheReleaseBefore Rest(HttpClient http) => new(async (function, arguments) =>
    {
        using var answer = await http.PostAsJsonAsync($"rpc/{function}", arguments);
        var body = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode
            ? JsonNode.Parse(body)!
            : throw new InvalidOperationException($"{function} was answered {answer.StatusCode}: {body}");
    });

    /// <summary>Claims and settles until nothing is due.</summary>
    /// <returns>How many of its items were posted.</returns>
    public async Task<int> DrainAsync()
    {
        for (var posted = 0; ;)
        {
            var claimId = Guid.CreateVersion7();
            var claim = await call("post_queue_claim", new JsonObject
            {
                ["claim_id"] = claimId,
                ["batch_size"] = BatchSize,
                ["lease_seconds"] = 900,
            });
            var items = claim["items"]!.AsArray();
            if (items.Count == 0)
                return posted;
            var results = await call("post_queue_settle", new JsonObject
            {
                ["claim_id"] = claimId,
                ["outcomes"] = new JsonArray([.. items.Select(Outcome)]),
            });
            posted += results.AsArray().Count(result => (string?)result!["outcome"] == "posted");
        }
    }

    private static JsonObject Outcome(JsonNode? item) => new()
    {
        ["item_id"] = (string?)item!["id"],
        ["patch"] = new JsonObject { ["cluster"] = (string?)item["target_platform"], ["watermark_enabled"] = false },
        ["retry_in_seconds"] = 120,
    };

    private static NpgsqlParameter Parameter(string name, JsonNode value) => name switch
    {
        "claim_id" => new() { Value = (Guid)value },
        "outcomes" => new() { Value = value.ToJsonString(), NpgsqlDbType = NpgsqlDbType.Jsonb },
        _ => new() { Value = (int)value },
    };
}
