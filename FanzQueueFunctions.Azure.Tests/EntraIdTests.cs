using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Testbed.FunctionsHost;

namespace FanzQueueFunctions.Azure.Tests;

/// <summary>
/// Who is signed in with Microsoft Entra ID: what their role lets them do without a key, and what forged headers do. One case of
/// each kind, for how the app answers; all cases are those of <c>EntraId</c>.
/// </summary>
public sealed class EntraIdTests(PostgresFixture postgres, EntraIdTests.App app) : IClassFixture<EntraIdTests.App>
{
    private const string Name = "ada@fanz.example";
    private const string Order = """{"filter": {"status": "failed"}, "reason": "it is up again"}""";

    private static readonly Dictionary<string, string> Reader = EasyAuth.HeadersOf(Name, "Queue.Read");
    private static readonly Dictionary<string, string> Changer = EasyAuth.HeadersOf(Name, "Somebody", "Queue.Change");

    [Fact]
    public async Task The_role_for_reading_reads_all_there_is_and_changes_nothing()
    {
        var client = await app.ClientAsync(postgres);

        foreach (var view in OperatorAddresses.Views)
        {
            using var answer = await SendAsync(client, HttpMethod.Get, $"entra/{view}", Reader);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal("no-store", answer.Headers.CacheControl!.ToString());
        }

        foreach (var verb in OperatorAddresses.Verbs)
            await AssertRefusedAsync(client, HttpStatusCode.Forbidden, "It takes the app role Queue.Change.", HttpMethod.Post, verb, Reader);
    }

    [Fact]
    public async Task The_role_for_changes_reads_too_and_its_changes_are_recorded_with_the_name_and_the_id()
    {
        await using var database = await DatabaseWithAFailureAsync(postgres);
        await using var own = await AzureApp.StartAsync([("DATABASE_URL", database.ConnectionString), .. EasyAuth.Settings]);
        using var client = new HttpClient { BaseAddress = await own.AddressAsync() };

        using var read = await SendAsync(client, HttpMethod.Get, "entra/overview", Changer);
        using var change = await SendAsync(client, HttpMethod.Post, "entra/retry", Changer, Order);

        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        Assert.Equal(1, (int)JsonNode.Parse(await change.Content.ReadAsStringAsync())!["done"]!);
        Assert.Equal($"{Name} (Entra ID {EasyAuth.Id})", await database.ScalarAsync<string>("select actor from post_queue.actions"));
    }

    [Fact]
    public async Task Who_is_signed_in_is_told_to_the_page()
    {
        var client = await app.ClientAsync(postgres);

        Assert.Equal("""{"isOn":true,"name":null,"mayRead":false,"mayChange":false}""", await WhoAsync(client, []));
        Assert.Equal(
            $$"""{"isOn":true,"name":"{{Name}} (Entra ID {{EasyAuth.Id}})","mayRead":true,"mayChange":false}""", await WhoAsync(client, Reader));
    }

    [Fact]
    public async Task Nobody_and_who_has_no_role_are_refused()
    {
        var client = await app.ClientAsync(postgres);
        const string Nobody = "Sign in with Microsoft Entra ID: /.auth/login/aad.";
        Dictionary<string, string> Forged(string claims) => new(Changer) { ["X-MS-CLIENT-PRINCIPAL"] = claims };

        foreach (var headers in (Dictionary<string, string>[])[[], Forged(new string('A', 30_000))])
        {
            await AssertRefusedAsync(client, HttpStatusCode.Unauthorized, Nobody, HttpMethod.Get, "overview", headers);
            await AssertRefusedAsync(client, HttpStatusCode.Unauthorized, Nobody, HttpMethod.Post, "retry", headers);
        }

        var stranger = EasyAuth.HeadersOf(Name, "Queue.Reader", "queue.change");
        const string NoRole = "It takes the app role Queue.Read or Queue.Change.";
        await AssertRefusedAsync(client, HttpStatusCode.Forbidden, NoRole, HttpMethod.Get, "overview", stranger);
        await AssertRefusedAsync(client, HttpStatusCode.Forbidden, NoRole, HttpMethod.Post, "retry", stranger);
        using var oversized = await SendAsync(client, HttpMethod.Get, "entra/overview", Forged(new string('A', 100_000)));
        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, oversized.StatusCode);
    }

    [Fact]
    public async Task Two_principals_in_one_request_are_none()
    {
        var client = await app.ClientAsync(postgres);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/queue/entra/overview");
        foreach (var (name, value) in Reader.Concat(Changer))
            request.Headers.Add(name, value);

        using var answer = await client.SendAsync(request);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task A_change_that_another_page_makes_a_browser_send_is_refused()
    {
        var client = await app.ClientAsync(postgres);
        Dictionary<string, string> From(string header, string value) => new(Changer) { [header] = value };
        const string Elsewhere = "A change is taken from the app's own page, or from a program that is no browser.";

        await AssertRefusedAsync(
            client, HttpStatusCode.Forbidden, Elsewhere, HttpMethod.Post, "retry", From("Origin", "https://evil.example"));

        using var form = await SendAsync(client, HttpMethod.Post, "entra/retry", Changer, Order, "text/plain");
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, form.StatusCode);
        Assert.Equal(1, await app.Database.CountAsync("multiplatform_post_queue where status = 'failed'"));
        Assert.Equal(0, await app.Database.CountAsync("post_queue.actions"));

        const string Dry = """{"filter": {"status": "failed"}, "dryRun": true}""";
        using var own = await SendAsync(
            client, HttpMethod.Post, "entra/retry", From("Origin", client.BaseAddress!.GetLeftPart(UriPartial.Authority)), Dry);
        Assert.Equal(HttpStatusCode.OK, own.StatusCode);
    }

    [Fact]
    public async Task Where_the_platform_does_not_say_that_it_is_on_forged_headers_let_nobody_in()
    {
        await using var database = await DatabaseWithAFailureAsync(postgres);
        await using var off = await AzureApp.StartAsync(
            ("DATABASE_URL", database.ConnectionString), ("WEBSITE_SITE_NAME", "fanz-queue"));
        using var client = new HttpClient { BaseAddress = await off.AddressAsync() };
        const string Off = "Nobody signs in with Microsoft Entra ID here. Use the same address without /entra, and a key.";

        await AssertRefusedAsync(client, HttpStatusCode.NotFound, Off, HttpMethod.Get, "overview", Changer);
        await AssertRefusedAsync(client, HttpStatusCode.NotFound, Off, HttpMethod.Post, "retry", Changer);
        Assert.Equal("""{"isOn":false,"name":null,"mayRead":false,"mayChange":false}""", await WhoAsync(client, Changer));
        using var read = await SendAsync(client, HttpMethod.Get, "overview", Changer);
        using var change = await SendAsync(client, HttpMethod.Post, "retry", Changer, Order);
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized), (read.StatusCode, change.StatusCode));
        Assert.Equal(0, await database.CountAsync("post_queue.actions"));
    }

    [Fact]
    public async Task Without_a_key_who_is_signed_in_is_refused_where_a_key_is_asked_for()
    {
        var client = await app.ClientAsync(postgres);

        using var read = await SendAsync(client, HttpMethod.Get, "overview", Changer);
        using var change = await SendAsync(client, HttpMethod.Post, "retry", Changer, Order);

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized), (read.StatusCode, change.StatusCode));
    }

    private static async Task<TestDatabase> DatabaseWithAFailureAsync(PostgresFixture postgres)
    {
        var database = await postgres.CreateDatabaseAsync();
        await database.AddItemAsync(
            await database.AddPostAsync(await database.AddCreatorAsync()), with: "status = 'failed', failed_at = now(), error_message = 'x'");
        return database;
    }

    private static async Task AssertRefusedAsync(
        HttpClient client, HttpStatusCode status, string detail, HttpMethod method, string path, Dictionary<string, string> headers)
    {
        using var answer = await SendAsync(client, method, $"entra/{path}", headers, method == HttpMethod.Post ? Order : null);

        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        Assert.Equal(((int)status, detail), ((int)problem["status"]!, (string)problem["detail"]!));
    }

    private static async Task<string> WhoAsync(HttpClient client, Dictionary<string, string> headers)
    {
        using var answer = await SendAsync(client, HttpMethod.Get, "entra", headers);
        return await answer.Content.ReadAsStringAsync();
    }

    private static async Task<HttpResponseMessage> SendAsync(
        HttpClient client, HttpMethod method, string path, Dictionary<string, string> headers, string? body = null, string type = "application/json")
    {
        using var request = new HttpRequestMessage(method, $"/api/queue/{path}");
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, type);
        return await client.SendAsync(request);
    }

    /// <summary>The app behind App Service Authentication, with one failed item, for tests that change nothing.</summary>
    public sealed class App : IAsyncDisposable
    {
        private Task<HttpClient>? _started;
        private TestDatabase? _database;
        private FunctionsHostStandIn? _host;

        public TestDatabase Database => _database ?? throw new InvalidOperationException("The app was not started.");

        internal Task<HttpClient> ClientAsync(PostgresFixture postgres) => _started ??= StartAsync(postgres);

        public async ValueTask DisposeAsync()
        {
            if (_started is not null)
                (await _started).Dispose();
            if (_host is not null)
                await _host.DisposeAsync();
            if (_database is not null)
                await _database.DisposeAsync();
        }

        private async Task<HttpClient> StartAsync(PostgresFixture postgres)
        {
            _database = await DatabaseWithAFailureAsync(postgres);
            _host = await AzureApp.StartAsync([("DATABASE_URL", _database.ConnectionString), .. EasyAuth.Settings]);
            return new() { BaseAddress = await _host.AddressAsync() };
        }
    }
}
