using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using FanzQueueFunctions.Testbed.Postgrest;
using Microsoft.Extensions.Time.Testing;

namespace FanzQueueFunctions.Tests.Postgrest;

/// <summary>What each fault does to the caller, and what the database saw of it.</summary>
[Collection(nameof(PostgrestCollection))]
public sealed class FaultTests(PostgrestFixture postgrest) : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private readonly HttpClient _client = new() { Timeout = Deadline };
    private PostgrestStandIn? _standIn;
    private string _superuser = "";

    private PostgrestStandIn StandIn =>
        _standIn ?? throw new InvalidOperationException("The stand-in has not been started.");

    public async ValueTask InitializeAsync()
    {
        (_superuser, var settings) = await postgrest.NewDatabaseAsync();
        _standIn = await PostgrestStandIn.StartAsync(settings with { Time = _time });
        _client.BaseAddress = _standIn.Address;
        _client.DefaultRequestHeaders.Authorization =
            new("Bearer", Jwt.Sign("service_role", PostgrestFixture.JwtSecret));
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await StandIn.DisposeAsync();
    }

    [Fact]
    public async Task Without_a_fault_a_call_is_answered_and_counted()
    {
        using var answer = await ClaimAsync();

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(1, await ClaimsInTheDatabaseAsync());
        Assert.Equal(1, StandIn.Faults.Count(FaultKind.None));
    }

    [Fact]
    public async Task A_call_dropped_before_never_reaches_the_database()
    {
        StandIn.Faults.Decide = Faults.InTurn(new Fault(FaultKind.DropBefore));

        await Assert.ThrowsAsync<HttpRequestException>(ClaimAsync);

        Assert.Equal(0, await ClaimsInTheDatabaseAsync());
        Assert.Equal(1, StandIn.Faults.Count(FaultKind.DropBefore));
    }

    [Fact]
    public async Task A_call_dropped_after_has_acted_and_the_caller_does_not_know()
    {
        StandIn.Faults.Decide = Faults.InTurn(new Fault(FaultKind.DropAfter));

        await Assert.ThrowsAsync<HttpRequestException>(ClaimAsync);

        Assert.Equal(1, await ClaimsInTheDatabaseAsync());
    }

    [Fact]
    public async Task A_call_delayed_before_acts_late_even_if_its_caller_has_gone()
    {
        StandIn.Faults.Decide = Faults.InTurn(new Fault(FaultKind.DelayBefore, TimeSpan.FromMinutes(1)));
        using var giveUp = new CancellationTokenSource();
        var call = ClaimAsync(giveUp.Token);
        await UntilAsync(() => Task.FromResult(StandIn.Faults.Count(FaultKind.DelayBefore) is 1));
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal(0, await ClaimsInTheDatabaseAsync());

        await UntilAsync(async () =>
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            return await ClaimsInTheDatabaseAsync() is 1;
        });
    }

    [Fact]
    public async Task A_call_delayed_after_has_acted_before_its_answer_comes()
    {
        StandIn.Faults.Decide = Faults.InTurn(new Fault(FaultKind.DelayAfter, TimeSpan.FromMinutes(1)));
        var call = ClaimAsync();
        await UntilAsync(async () => await ClaimsInTheDatabaseAsync() is 1);
        Assert.False(call.IsCompleted);

        await UntilAsync(() =>
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            return Task.FromResult(call.IsCompleted);
        });

        using var answer = await call;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task A_cut_answer_announces_more_than_comes()
    {
        StandIn.Faults.Decide = Faults.InTurn(new Fault(FaultKind.Cut));
        using var request = Claim();
        using var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var body = await answer.Content.ReadAsStreamAsync();
        var came = 0;

        var error = await Assert.ThrowsAsync<HttpIOException>(async () =>
        {
            var buffer = new byte[1];
            while (await body.ReadAsync(buffer) > 0)
                came++;
        });

        Assert.Equal(HttpRequestError.ResponseEnded, error.HttpRequestError);
        Assert.Equal(answer.Content.Headers.ContentLength / 2, came);
        Assert.Equal(1, await ClaimsInTheDatabaseAsync());
    }

    [Fact]
    public async Task A_corrupt_answer_has_status_200_and_is_not_JSON()
    {
        StandIn.Faults.Decide = Faults.InTurn(new Fault(FaultKind.Corrupt));

        using var answer = await ClaimAsync();

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        var body = await answer.Content.ReadAsByteArrayAsync();
        Assert.ThrowsAny<JsonException>(() => JsonDocument.Parse(body));
    }

    [Theory]
    [InlineData(FaultKind.Duplicate)]
    [InlineData(FaultKind.DuplicateAtOnce)]
    public async Task A_duplicated_call_acts_twice_and_is_answered_once(FaultKind kind)
    {
        await PostgrestFixture.ExecuteAsync(_superuser, """
            create function api.note() returns void language sql security definer
            as $$ insert into api.jobs (queue) values ('noted') $$
            """);
        StandIn.Faults.Decide = Faults.InTurn(new Fault(kind));

        using var answer = await _client.PostAsync("/rpc/note", Json("{}"));

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal(2L,
            await PostgrestFixture.ExecuteAsync(_superuser, "select count(*) from api.jobs where queue = 'noted'"));
    }

    [Theory]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task A_gateway_error_is_a_page_of_HTML_without_a_Proxy_Status(int status)
    {
        StandIn.Faults.Decide = Faults.InTurn(new Fault(FaultKind.GatewayError, Status: status));

        using var answer = await ClaimAsync();

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
        Assert.False(answer.Headers.Contains("Proxy-Status"));
        Assert.Equal(0, await ClaimsInTheDatabaseAsync());
    }

    [Fact]
    public async Task A_rate_limited_call_is_told_when_to_come_again()
    {
        StandIn.Faults.Decide = Faults.InTurn(new Fault(FaultKind.RateLimited, TimeSpan.FromSeconds(7)));

        using var answer = await ClaimAsync();

        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(7), answer.Headers.RetryAfter?.Delta);
        Assert.Equal(0, await ClaimsInTheDatabaseAsync());
    }

    [Fact]
    public async Task A_fault_can_be_meant_for_one_function_alone()
    {
        StandIn.Faults.Decide = function => function is "claim_jobs" ? new Fault(FaultKind.GatewayError) : Fault.None;

        using var claim = await ClaimAsync();
        using var hello = await _client.PostAsync("/rpc/hello", Json("{}"));

        Assert.Equal(HttpStatusCode.BadGateway, claim.StatusCode);
        Assert.Equal(HttpStatusCode.OK, hello.StatusCode);
    }

    [Fact]
    public void Random_faults_come_in_the_same_order_for_the_same_seed_and_at_the_share_asked_for()
    {
        Fault[] faults = [new(FaultKind.DropBefore), new(FaultKind.DropAfter), new(FaultKind.Cut)];
        var first = Faults.AtRandom(seed: 7, share: 0.3, faults);
        var second = Faults.AtRandom(seed: 7, share: 0.3, faults);

        var drawn = Enumerable.Range(0, 10_000).Select(_ => first("f").Kind).ToList();

        Assert.Equal(drawn, Enumerable.Range(0, 10_000).Select(_ => second("f").Kind));
        Assert.InRange(drawn.Count(kind => kind is not FaultKind.None), 2_700, 3_300);
        Assert.All(faults, fault => Assert.Contains(fault.Kind, drawn));
    }

    private static HttpRequestMessage Claim() => new(HttpMethod.Post, "/rpc/claim_jobs")
    {
        Content = Json("""{"args": {"queue": "sms", "limit": 1}}"""),
    };

    private static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");

    private Task<HttpResponseMessage> ClaimAsync() => ClaimAsync(CancellationToken.None);

    private async Task<HttpResponseMessage> ClaimAsync(CancellationToken cancellation)
    {
        using var request = Claim();
        return await _client.SendAsync(request, cancellation);
    }

    private async Task<int> ClaimsInTheDatabaseAsync() =>
        (int)(await PostgrestFixture.ExecuteAsync(_superuser, "select attempts from api.jobs where queue = 'sms'"))!;

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        for (var since = Stopwatch.StartNew(); !await condition();)
        {
            Assert.True(since.Elapsed < Deadline, $"Not within {Deadline.TotalSeconds} s.");
            await Task.Delay(20);
        }
    }
}
