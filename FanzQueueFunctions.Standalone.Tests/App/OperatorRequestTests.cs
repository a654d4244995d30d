using System.Net;
using System.Text;
using CsCheck;
using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Standalone.Tests.App;

/// <summary>The operator's endpoints under requests of every odd kind: never a 5xx, and a refused one changes nothing.</summary>
public sealed class OperatorRequestTests(PostgresFixture postgres)
{
    private static readonly Gen<string> Odd = Gen.OneOf(
        Gen.OneOf(
            "failed", "queued", "posted", "cancelled", "processing", "FAILED", "girlfanz", "5", "0", "-1", "1e9", "true", "null",
            "newest", "oldest", "24h", "90d", "infinity", "-infinity", "2026-01-01", "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "2026-11-24T20:00:00+99:00", "\0", "🎁", "\ud800",
            "3f2b8c1e-0000-4000-8000-000000000000", "2026-01-01 00:00:00+00_3f2b8c1e-0000-4000-8000-000000000000",
            "2026-02-31 00:00:00+00_3f2b8c1e-0000-4000-8000-000000000000", "-infinity_3f2b8c1e-0000-4000-8000-000000000000",
            "' or true --", "%s", "$1", "\\", ""),
        Gen.String[Gen.Char["0123456789abc%_{}[]:,\"'\\ -"], 0, 20]);

    private static readonly Gen<string> Query = Gen.Select(
        Gen.OneOf(
            "status", "platform", "creatorId", "originalPostId", "cause", "title", "text", "shortId", "id", "format", "from", "to", "order", "limit", "after",
            "since", "range", "verb", "actor", "before", "STATUS", "code", "x", ""),
        Odd)
        .Select((name, value) => $"{name}={Uri.EscapeDataString(value)}").Array[0, 4].Select(parts => string.Join('&', parts));

    private static readonly Gen<string> Json = Gen.OneOf(
        Odd.Select(text => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\""),
        Gen.OneOf("1", "0", "-1", "1e400", "99999999999999999999", "true", "false", "null", "{}", "[]", "[null]", "\"\\u0000\"", "\"\\ud800\""));

    private static readonly Gen<string> Member = Gen.Select(
        Gen.OneOf(
            "status", "platform", "creatorId", "originalPostId", "cause", "title", "from", "to", "ids", "limit", "dryRun",
            "reason", "of", "perMinute", "olderThanMinutes", "x"),
        Json)
        .Select((name, value) => $"\"{name}\": {value}");

    private static readonly Gen<string> Body = Gen.OneOf(
        Gen.Select(Member.Array[0, 3], Member.Array[0, 3]).Select((filter, order) =>
            $$"""{"filter": { {{string.Join(", ", filter)}} }{{string.Concat(order.Select(member => ", " + member))}}}"""),
        Member.Array[0, 3].Select(order => $$"""{ {{string.Join(", ", order)}} }"""),
        Gen.Const("""{"filter": {"status": "failed"}}"""),
        Gen.Const("""{"platform": "girlfanz"}"""),
        Gen.Const("""{"platform": "girlfanz", "perMinute": 60}"""),
        Member.Array[0, 3].Select(order =>
            $$"""{"platform": "girlfanz"{{string.Concat(order.Select(member => ", " + member))}}}"""),
        Gen.Const("""{"filter": {"status": "failed"}, "dryRun": true}"""),
        Json,
        Odd);

    private static readonly Gen<string> Path = Gen.OneOf(
        "overview", "series", "platforms", "find", "export", "items", "items/3f2b8c1e-0000-4000-8000-000000000000", "items/x", "items/a/b", "failures",
        "creators", "findings", "changes", "openapi", "retry", "cancel", "prune", "retry", "cancel", "prune", "undo", "pause", "resume",
        "limit", "pause", "limit", "reset", "retry/x", "pause/x", "nope", "ITEMS/",
        "overview/x");

    private static readonly Gen<string?> Key = Gen.OneOf<string?>(
        Operator.ReadKey, Operator.ReadKey, Operator.ChangeKey, Operator.ChangeKey, null, "a-wrong-key", "");

    private static readonly Gen<string?> IdempotencyKey = Gen.OneOf<string?>(null, null, "", "one", "two", "a b", new string('k', 201), "é");

    [Fact]
    public async Task A_request_of_any_kind_is_answered_below_500_and_a_refused_one_changes_nothing()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        await database.AddItemAsync(post);
        await using var person = await Operator.OfAsync(database);
        const string Reset =
            """
            update multiplatform_post_queue
            set status = 'failed', failed_at = '2020-01-01Z', updated_at = '2020-01-01Z', error_message = 'It failed.';
            truncate post_queue.actions, post_queue.changed_items, post_queue.pauses, post_queue.limits
            """;
        await database.ExecuteAsync(Reset);

        await Gen.Select(Gen.Bool, Path, Query, Key, IdempotencyKey, Body).SampleAsync(
            async (reads, path, query, key, idempotencyKey, body) =>
            {
                using var request = new HttpRequestMessage(
                    reads ? HttpMethod.Get : HttpMethod.Post, $"/api/queue/{path}?{query}");
                if (key is not null)
                    request.Headers.TryAddWithoutValidation("x-functions-key", key);
                if (idempotencyKey is not null)
                    request.Headers.TryAddWithoutValidation("Idempotency-Key", idempotencyKey);
                if (!reads)
                    request.Content = new StringContent(body, Encoding.UTF8, "application/json");
                using var response = await person.Client.SendAsync(request);

                var mayChange = !reads && response.StatusCode == HttpStatusCode.OK;
                var isUnchanged = await database.ScalarAsync<bool>(
                    """
                    select exists (select from multiplatform_post_queue where status = 'failed' and updated_at = '2020-01-01Z')
                      and not exists (select from post_queue.actions)
                      and not exists (select from post_queue.pauses)
                      and not exists (select from post_queue.limits)
                    """);
                if (!isUnchanged && mayChange)
                {
                    // A prune may have taken it away.
                    if (await database.CountAsync("multiplatform_post_queue") == 0)
                        await database.AddItemAsync(post);
                    await database.ExecuteAsync(Reset);
                    isUnchanged = true;
                }

                return response.StatusCode < HttpStatusCode.InternalServerError && isUnchanged;
            },
            iter: 1000,
            threads: 1);

        Assert.False(person.AppHasExited);
    }
}
