using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using FanzQueueFunctions.Testbed;
using Json.Schema;

namespace FanzQueueFunctions.Standalone.Tests.App;

/// <summary>What an operator does over HTTP.</summary>
public sealed class OperatorTests(PostgresFixture postgres)
{
    [Fact]
    public async Task One_key_reads_another_changes_and_neither_does_the_others_work()
    {
        await using var database = await CreateAsync();
        await using var person = await Operator.OfAsync(database);
        const string Order = """{"filter": {"status": "failed"}}""";

        foreach (var view in OperatorAddresses.Views)
        {
            Assert.Equal(HttpStatusCode.OK, (await person.GetAsync(view)).Status);
            Assert.Equal(HttpStatusCode.Unauthorized, (await person.GetAsync(view, key: null)).Status);
            Assert.Equal(HttpStatusCode.Unauthorized, (await person.GetAsync(view, Operator.ChangeKey)).Status);
        }

        foreach (var verb in (string[])OperatorAddresses.Verbs)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await person.PostAsync(verb, Order, key: null)).Status);
            Assert.Equal(HttpStatusCode.Unauthorized, (await person.PostAsync(verb, Order, Operator.ReadKey)).Status);
        }

        Assert.Equal(3L, await database.CountAsync("multiplatform_post_queue where status = 'failed'"));
        Assert.Equal(HttpStatusCode.OK, (await person.PostAsync("retry", Order)).Status);
        Assert.Equal(0L, await database.CountAsync("multiplatform_post_queue where status = 'failed'"));
    }

    [Fact]
    public async Task An_operator_finds_a_cause_retries_all_of_it_and_sees_who_did()
    {
        await using var database = await CreateAsync();
        await using var person = await Operator.OfAsync(database);

        var cause = (string)(await person.GetAsync("failures")).Body!["causes"]![0]!["cause"]!;
        var items = (await person.GetAsync($"items?status=failed&cause={Uri.EscapeDataString(cause)}")).Body!["items"]!.AsArray();
        var order = new JsonObject
        {
            ["filter"] = new JsonObject { ["status"] = "failed", ["cause"] = cause },
            ["reason"] = "The platform is back.",
        };
        order["dryRun"] = true;
        var (_, dryRun) = await person.PostAsync("retry", order.ToJsonString());
        order["dryRun"] = false;
        var (_, retried) = await person.PostAsync("retry", order.ToJsonString(), idempotencyKey: "k");
        var (_, again) = await person.PostAsync("retry", order.ToJsonString(), idempotencyKey: "k");
        var change = (await person.GetAsync("changes")).Body!["actions"]!.AsArray().Single()!;

        Assert.Equal("Took <n> s", cause);
        Assert.Equal((2, 2, 2, 2), (items.Count, (int)dryRun!["meant"]!, (int)retried!["done"]!, (int)again!["done"]!));
        Assert.True((bool)retried["finished"]!);
        Assert.Equal(("retry", "QueueChange key", "The platform is back."), (
            (string?)change["verb"], (string?)change["actor"], (string?)change["reason"]));
    }

    [Fact]
    public async Task A_key_of_another_change_is_refused()
    {
        await using var database = await CreateAsync();
        await using var person = await Operator.OfAsync(database);
        await person.PostAsync("retry", """{"filter": {"status": "cancelled"}}""", idempotencyKey: "k");

        var (status, problem) = await person.PostAsync("retry", """{"filter": {"status": "failed"}}""", idempotencyKey: "k");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.Contains("new one for each change", (string?)problem!["detail"], StringComparison.Ordinal);
        Assert.Equal(
            HttpStatusCode.UnprocessableEntity,
            (await person.PostAsync("pause", """{"platform": "girlfanz"}""", idempotencyKey: "k")).Status);
        Assert.Equal(0L, await database.CountAsync("post_queue.pauses"));
        Assert.Equal(3L, await database.CountAsync("multiplatform_post_queue where status = 'failed'"));
    }

    [Fact]
    public async Task An_operator_pauses_a_platform_that_is_down_limits_and_resumes_it_and_sees_who_did()
    {
        await using var database = await CreateAsync();
        await using var person = await Operator.OfAsync(database);
        const string Pause = """{"platform": "girlfanz", "reason": "It is down."}""";

        var (_, dryRun) = await person.PostAsync("pause", """{"platform": "girlfanz", "dryRun": true}""");
        var (_, paused) = await person.PostAsync("pause", Pause, idempotencyKey: "k");
        var (_, again) = await person.PostAsync("pause", Pause, idempotencyKey: "k");
        await person.PostAsync("limit", """{"platform": "girlfanz", "perMinute": 60}""");
        var overview = (await person.GetAsync("overview")).Body!;
        var (_, resumed) = await person.PostAsync("resume", """{"platform": "girlfanz", "reason": "It is back."}""");
        await person.PostAsync("limit", """{"platform": "girlfanz", "perMinute": null}""");
        var changes = (await person.GetAsync("changes")).Body!["actions"]!.AsArray();

        Assert.Equal((true, true, 0), ((bool)dryRun!["changed"]!, (bool)dryRun["dryRun"]!, dryRun["paused"]!.AsArray().Count));
        Assert.Equal(paused!.ToJsonString(), again!.ToJsonString());
        var pause = overview["paused"]!.AsArray().Single()!;
        Assert.Equal(("girlfanz", "QueueChange key", "It is down."), (
            (string?)pause["platform"], (string?)pause["pausedBy"], (string?)pause["reason"]));
        var platform = overview["platforms"]!.AsArray().Single(one => (string?)one!["platform"] == "girlfanz")!;
        Assert.Equal((true, 60), ((bool)platform["isPaused"]!, (int)platform["perMinute"]!));
        Assert.Equal((true, 0), ((bool)resumed!["changed"]!, resumed["paused"]!.AsArray().Count));
        Assert.Equal(
            ["limit null ", "resume girlfanz It is back.", "limit 60 ", "pause girlfanz It is down."],
            changes.Select(change => (string?)change!["verb"] == "limit"
                ? $"limit {change["filter"]!["perMinute"]?.ToString() ?? "null"} {change["reason"]}"
                : $"{change!["verb"]} {change["filter"]!["platform"]} {change["reason"]}"));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"*\"")]
    public async Task Everything_is_paused_and_resumed_by_null_or_an_asterisk(string platform)
    {
        await using var database = await CreateAsync();
        await using var person = await Operator.OfAsync(database);

        await person.PostAsync("pause", $$"""{"platform": {{platform}}}""");
        var overview = (await person.GetAsync("overview")).Body!;
        await person.PostAsync("resume", $$"""{"platform": {{platform}}}""");

        Assert.Equal("*", (string?)overview["paused"]!.AsArray().Single()!["platform"]);
        Assert.All(overview["platforms"]!.AsArray(), one => Assert.True((bool)one!["isPaused"]!));
        Assert.Empty((await person.GetAsync("overview")).Body!["paused"]!.AsArray());
    }

    [Fact]
    public async Task A_stuck_item_is_reset_by_the_key_of_changes_too_and_that_is_on_record()
    {
        await using var database = await CreateAsync();
        var item = await database.AddItemAsync(
            await database.ScalarAsync<Guid>("select id from content_posts"),
            with: "status = 'processing', processing_started_at = now() - interval '8 minutes'");
        await using var person = await Operator.OfAsync(database);

        var (_, dryRun) = await person.PostAsync("reset", """{"olderThanMinutes": 7, "dryRun": true}""");
        var (_, reset) = await person.PostAsync("reset", """{"olderThanMinutes": 7, "reason": "Its worker is gone."}""");
        var change = (await person.GetAsync("changes")).Body!["actions"]!.AsArray().Single()!;

        Assert.Equal(item, (Guid)dryRun!["items"]![0]!["id"]!);
        Assert.Equal((1, item), ((int)reset!["resetCount"]!, (Guid)reset["items"]![0]!["id"]!));
        Assert.Equal("queued", (string?)(await database.ItemAsync(item))["status"]);
        Assert.Equal(("resetStuck", "QueueChange key", "Its worker is gone.", 420, 1), (
            (string?)change["verb"], (string?)change["actor"], (string?)change["reason"],
            (int)change["filter"]!["olderThanSeconds"]!, (int)change["done"]!));
    }

    [Fact]
    public async Task An_export_is_kept_by_nobody_on_its_way()
    {
        await using var database = await CreateAsync();
        await using var person = await Operator.OfAsync(database);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/queue/export?status=failed");
        request.Headers.Add("x-functions-key", Operator.ReadKey);

        using var answer = await person.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Fact]
    public async Task The_overview_says_in_the_heartbeats_words_why_it_is_not_well()
    {
        await using var database = await CreateAsync();
        await using var person = await Operator.OfAsync(database);
        await Until.TrueAsync(async () => await database.CountAsync("post_queue.workers") == 1, "the worker has told of itself");
        await database.ExecuteAsync(
            """
            insert into multiplatform_post_history (target_platform, time_to_post_seconds)
            select 'girlfanz', 7 from generate_series(1, 6);
            insert into post_queue.tries (item_id, target_platform, outcome)
            select id, target_platform, 'failed' from multiplatform_post_queue where status = 'failed'
            """);
        await database.AddItemAsync(
            await database.ScalarAsync<Guid>("select id from content_posts"),
            with: "status = 'processing', processing_started_at = now() - interval '1 hour'");

        var unwell = (await person.GetAsync("overview")).Body!["health"]!;
        // Their tries go with them.
        await database.ExecuteAsync("delete from multiplatform_post_queue where status in ('processing', 'failed')");
        var well = (await person.GetAsync("overview")).Body!["health"]!;

        Assert.Equal(
            """{"status":"degraded","reasons":["1 item is stuck","30 % of the last hour\u0027s posts failed (3 of 10)"]}""",
            unwell.ToJsonString());
        Assert.Equal("""{"status":"healthy","reasons":[]}""", well.ToJsonString());
    }

    [Theory]
    [InlineData("items?stauts=failed", "There is no parameter \"stauts\"")]
    [InlineData("items?status=lost", "status must be one of queued, processing, posted, failed, cancelled.")]
    [InlineData("items?status=failed&status=queued", "status may be given once")]
    [InlineData("items?limit=1001", "limit must be one whole number from 1 to 1000.")]
    [InlineData("items?creatorId=7", "creatorId must be an id")]
    [InlineData("items?from=yesterday", "from must be a time")]
    [InlineData("items?from=2026-01-02&to=2026-01-01", "from must be before to.")]
    [InlineData("creators", "first letters of the name")]
    [InlineData("items?after=x", "after must be the \"next\"")]
    [InlineData("items?after=2026-02-30%2000:00:00%2B00_3f2b8c1e-0000-4000-8000-000000000000", "was not understood")]
    [InlineData("items?title=%00", "without a NUL")]
    [InlineData("items/7", "\"7\" is no id of an item.")]
    [InlineData("series?range=2h", "range must be one of 1h, 6h, 24h, 7d, 30d, 90d.")]
    public async Task A_question_that_cannot_be_answered_gets_400_that_names_what_is_wrong(string path, string sentence)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var person = await Operator.OfAsync(database);

        var (status, problem) = await person.GetAsync(path);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(sentence, (string?)problem!["detail"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("retry", "", "The body is not what a change takes")]
    [InlineData("retry", "null", "The body must be a JSON object.")]
    [InlineData("retry", "{}", "Either ids or a filter")]
    [InlineData("retry", """{"ids": []}""", "ids must be 1 to 1000 ids.")]
    [InlineData("retry", """{"filter": {}}""", "must have one status of failed, cancelled.")]
    [InlineData("cancel", """{"filter": {"status": "posted"}}""", "must have one status of queued, processing, failed.")]
    [InlineData("retry", """{"filter": {"stauts": "failed"}}""", "at $.filter")]
    [InlineData("retry", """{"filter": {"status": "failed"}, "limit": 0}""", "limit must be one whole number")]
    [InlineData("prune", """{"filter": {"status": "posted"}}""", "at least a day ago")]
    [InlineData("pause", "{}", "The body is not what a change takes")]
    [InlineData("pause", """{"platform": "girlfans"}""", "There is no platform \"girlfans\"")]
    [InlineData("pause", """{"platform": ""}""", "platform must be a text of 1 to 100 characters")]
    [InlineData("pause", """{"platform": "girlfanz", "perMinute": 1}""", "at $.perMinute")]
    [InlineData("resume", """{"platform": "girlfans"}""", "There is no platform \"girlfans\"")]
    [InlineData("limit", """{"platform": "girlfanz"}""", "The body is not what a change takes")]
    [InlineData("limit", """{"platform": null, "perMinute": 1}""", "at $.platform")]
    [InlineData("limit", """{"platform": "*", "perMinute": 1}""", "A limit is for one platform.")]
    [InlineData("limit", """{"platform": "girlfanz", "perMinute": 0}""", "perMinute must be one whole number from 1 to 60000")]
    [InlineData("limit", """{"platform": "girlfanz", "perMinute": 60001}""", "perMinute must be one whole number")]
    [InlineData("reset", """{"olderThanMinutes": 0}""", "olderThanMinutes must be one whole number from 1 to 10080.")]
    [InlineData("prune", """{"filter": {"status": "posted", "to": "2999-01-01T00:00:00Z"}}""", "at least a day ago")]
    public async Task An_order_that_cannot_be_done_gets_400_and_changes_nothing(string verb, string body, string sentence)
    {
        await using var database = await CreateAsync();
        await using var person = await Operator.OfAsync(database);

        var (status, problem) = await person.PostAsync(verb, body);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(sentence, (string?)problem!["detail"], StringComparison.Ordinal);
        Assert.Equal(3L, await database.CountAsync("multiplatform_post_queue where status = 'failed'"));
        Assert.Equal(0L, await database.CountAsync("post_queue.actions"));
        Assert.Equal(0L, await database.CountAsync("post_queue.pauses"));
        Assert.Equal(0L, await database.CountAsync("post_queue.limits"));
    }

    [Fact]
    public async Task Who_changes_with_a_key_is_recorded_by_the_name_that_they_gave()
    {
        await using var database = await CreateAsync();
        await using var person = await Operator.OfAsync(database);
        person.Client.DefaultRequestHeaders.Add("X-Operator-Name", Uri.EscapeDataString("Zoë"));
        await person.PostAsync("retry", """{"filter": {"status": "failed", "platform": "girlfanz"}}""");
        await person.PostAsync("pause", """{"platform": "*"}""");
        await person.PostAsync("pause", """{"platform": "pupfanz"}""");

        var ofGirlfanz = (await person.GetAsync("changes?platform=girlfanz&actor=zo%C3%AB")).Body!["actions"]!.AsArray();

        Assert.Equal(["pause", "retry"], ofGirlfanz.Select(change => (string?)change!["verb"]));
        Assert.All(ofGirlfanz, change => Assert.Equal("Zoë (QueueChange key)", (string?)change!["actor"]));
        person.Client.DefaultRequestHeaders.Remove("X-Operator-Name");
        person.Client.DefaultRequestHeaders.Add("X-Operator-Name", "a%0Ab");
        Assert.Equal(HttpStatusCode.BadRequest, (await person.PostAsync("resume", """{"platform": "*"}""")).Status);
    }

    [Fact]
    public async Task An_answer_is_compressed_and_not_sent_again_while_nothing_changes()
    {
        await using var database = await CreateAsync();
        await using var person = await Operator.OfAsync(database);
        async Task<HttpResponseMessage> AskAsync(string? tag)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/queue/items");
            request.Headers.Add("x-functions-key", Operator.ReadKey);
            request.Headers.Add("Accept-Encoding", "gzip");
            if (tag is not null)
                request.Headers.Add("If-None-Match", tag);
            return await person.Client.SendAsync(request);
        }

        using var first = await AskAsync(null);
        using var again = await AskAsync(first.Headers.ETag!.ToString());
        await database.ExecuteAsync("update multiplatform_post_queue set retry_count = retry_count + 1");
        using var changed = await AskAsync(first.Headers.ETag!.ToString());

        Assert.Equal("gzip", Assert.Single(first.Content.Headers.ContentEncoding));
        Assert.Equal((HttpStatusCode.NotModified, 0), (again.StatusCode, (await again.Content.ReadAsByteArrayAsync()).Length));
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
    }

    [Fact]
    public async Task Every_answer_is_as_the_OpenAPI_document_says()
    {
        await using var database = await CreateAsync();
        await using var person = await Operator.OfAsync(database);
        var document = (await person.GetAsync("openapi")).Body!;
        Assert.Equal("3.1.0", (string?)document["openapi"]);
        var item = await database.ScalarAsync<Guid>("select id from multiplatform_post_queue limit 1");
        await person.PostAsync("cancel", $$"""{"ids": ["{{item}}"], "reason": "A test."}""", idempotencyKey: "cancel");
        await database.AddItemAsync(
            await database.ScalarAsync<Guid>("select id from content_posts"),
            with: "status = 'processing', processing_started_at = now() - interval '8 minutes'");

        foreach (var (verb, order) in new[]
        {
            ("pause", """{"platform": "girlfanz", "reason": "A test."}"""), ("pause", """{"platform": null, "dryRun": true}"""),
            ("resume", """{"platform": "*"}"""), ("limit", """{"platform": "girlfanz", "perMinute": 60}"""),
            ("limit", """{"platform": "boyfanz", "perMinute": null}"""), ("reset", """{"dryRun": true}"""), ("reset", "{}"),
        })
            await AssertFitsAsync(verb, order);

        foreach (var (path, question) in new[]
        {
            ("/overview", "overview"), ("/series", "series?range=24h"), ("/platforms", "platforms"), ("/items", "items?limit=2"),
            ("/items/{id}", $"items/{item}"), ("/find", $"find?id={item}"), ("/failures", "failures"), ("/creators", "creators?name=a"),
            ("/findings", "findings"), ("/changes", "changes"), ("/entra", "entra"),
        })
        {
            var (status, answer) = await person.GetAsync(question);
            Assert.Equal(HttpStatusCode.OK, status);
            AssertFits(document, document["paths"]![path]!["get"]!["responses"]!["200"]!["content"]!["application/json"]!["schema"]!, answer);
        }

        foreach (var verb in (string[])["retry", "cancel", "prune"])
            await AssertFitsAsync(verb, """{"filter": {"status": "failed", "to": "2020-01-01T00:00:00Z"}, "dryRun": true}""");

        await AssertFitsAsync("undo", """{"of": "cancel", "dryRun": true}""");
        await AssertFitsAsync("undo", """{"of": "cancel"}""");

        Assert.All(
            document["paths"]!.AsObject().Where(path => path.Key != "/entra").SelectMany(path => path.Value!.AsObject()),
            operation => Assert.Equal("""{"entraId":[]}""", operation.Value!["security"]![1]!.ToJsonString()));
        AssertFits(
            document, JsonNode.Parse("""{"$ref": "#/components/schemas/Problem"}""")!, (await person.GetAsync("items?x=y")).Body);

        async Task AssertFitsAsync(string verb, string order)
        {
            var operation = document["paths"]![$"/{verb}"]!["post"]!;
            AssertFits(
                document, operation["requestBody"]!["content"]!["application/json"]!["schema"]!, JsonNode.Parse(order));
            var (status, answer) = await person.PostAsync(verb, order);
            Assert.Equal(HttpStatusCode.OK, status);
            AssertFits(document, operation["responses"]!["200"]!["content"]!["application/json"]!["schema"]!, answer);
        }
    }

    private static void AssertFits(JsonNode document, JsonNode schema, JsonNode? answer)
    {
        var whole = new JsonObject
        {
            ["allOf"] = new JsonArray(schema.DeepClone()),
            ["$defs"] = document["components"]!["schemas"]!.DeepClone(),
        };
        var result = JsonSchema
            .FromText(whole.ToJsonString().Replace("#/components/schemas/", "#/$defs/", StringComparison.Ordinal))
            .Evaluate(JsonSerializer.SerializeToElement(answer), new EvaluationOptions { OutputFormat = OutputFormat.List, RequireFormatValidation = true });
        Assert.True(
            result.IsValid,
            $"{answer}{Environment.NewLine}{string.Join(Environment.NewLine, (result.Details ?? []).SelectMany(d => (d.Errors ?? []).Select(e => $"{d.InstanceLocation}: {e.Value}")))}");
    }

    /// <summary>Two items that failed of one cause and one of another, and a posted one's history.</summary>
    private async Task<TestDatabase> CreateAsync()
    {
        var database = await postgres.CreateDatabaseAsync();
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        foreach (var error in (string[])["Gone", "Took 5 s", "Took 7 s"])
            await database.AddItemAsync(post, with: $"status = 'failed', failed_at = clock_timestamp(), error_message = '{error}'");
        await database.AddItemAsync(post, with: "status = 'posted', completed_at = now()");
        await database.ExecuteAsync(
            "insert into multiplatform_post_history (target_platform, time_to_post_seconds) values ('girlfanz', 7)");
        return database;
    }
}
