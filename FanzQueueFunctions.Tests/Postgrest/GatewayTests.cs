using System.Net;
using System.Text;
using System.Text.Json;
using FanzQueueFunctions.Testbed.Postgrest;

namespace FanzQueueFunctions.Tests.Postgrest;

/// <summary>The keys of Supabase's API gateway, under its path.</summary>
[Collection(nameof(PostgrestCollection))]
public sealed class GatewayTests(PostgrestFixture postgrest) : IAsyncLifetime
{
    private const string SecretKey = "sb_secret_of-these-tests";
    private const string PublishableKey = "sb_publishable_of-these-tests";

    private readonly HttpClient _client = new();
    private PostgrestStandIn? _standIn;

    public async ValueTask InitializeAsync()
    {
        var (_, settings) = await postgrest.NewDatabaseAsync();
        _standIn = await PostgrestStandIn.StartAsync(settings with
        {
            PathPrefix = "/rest/v1",
            Gateway = new GatewayKeys(SecretKey, PublishableKey),
        });
        _client.BaseAddress = _standIn.Address;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        if (_standIn is not null)
            await _standIn.DisposeAsync();
    }

    [Fact]
    public async Task A_request_without_an_apikey_is_refused_by_the_gateway()
    {
        using var answer = await WhoAmIAsync(apikey: null, bearer: Token("service_role"));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.False(answer.Headers.Contains("Proxy-Status"));
        var body = await answer.Content.ReadAsStringAsync();
        Assert.Contains("No API key found in request", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sb_secret_of-another-project")]
    [InlineData("not-a-key")]
    public async Task An_unknown_apikey_is_refused_by_the_gateway(string key)
    {
        using var answer = await WhoAmIAsync(key, bearer: Token("service_role"));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Contains("Invalid API key", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SecretKey, null, "service_role")]
    [InlineData(SecretKey, SecretKey, "service_role")]
    [InlineData(PublishableKey, null, "anon")]
    [InlineData(PublishableKey, PublishableKey, "anon")]
    public async Task An_opaque_key_stands_for_its_role(string apikey, string? bearer, string role)
    {
        using var answer = await WhoAmIAsync(apikey, bearer);

        Assert.Equal(role, await RoleAsync(answer));
    }

    [Fact]
    public async Task A_legacy_key_is_the_token_itself()
    {
        using var answer = await WhoAmIAsync(Token("service_role"), bearer: null);

        Assert.Equal("service_role", await RoleAsync(answer));
    }

    [Fact]
    public async Task A_token_of_its_own_counts_more_than_the_apikey()
    {
        using var answer = await WhoAmIAsync(PublishableKey, Token("service_role"));

        Assert.Equal("service_role", await RoleAsync(answer));
    }

    [Fact]
    public async Task PostgREST_sees_the_path_without_the_prefix()
    {
        using var answer = await WhoAmIAsync(SecretKey, bearer: null);

        using var json = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync());
        Assert.Equal("/rpc/whoami", json.RootElement.GetProperty("path").GetString());
    }

    [Fact]
    public async Task Nothing_is_served_outside_the_prefix()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/rpc/whoami");
        request.Headers.Add("apikey", SecretKey);

        using var answer = await _client.SendAsync(request);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    private static string Token(string role) => Jwt.Sign(role, PostgrestFixture.JwtSecret);

    private static async Task<string?> RoleAsync(HttpResponseMessage answer)
    {
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync());
        return json.RootElement.GetProperty("current_user").GetString();
    }

    private async Task<HttpResponseMessage> WhoAmIAsync(string? apikey, string? bearer)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/rest/v1/rpc/whoami");
        request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
        if (apikey is not null)
            request.Headers.Add("apikey", apikey);
        if (bearer is not null)
            request.Headers.Add("Authorization", $"Bearer {bearer}");
        return await _client.SendAsync(request);
    }
}
