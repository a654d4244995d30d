using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FanzQueueFunctions.Standalone.Tests;

/// <summary>What happens to the work in hand when the host is told to stop.</summary>
public sealed class StopTests
{
    private readonly StepClock _clock = new();
    private readonly Runs _runs = new();

    [Fact]
    public async Task A_run_in_flight_ends_before_the_host_does_and_its_token_is_not_cancelled()
    {
        await using var host = await StartAsync();
        _clock.Advance(await _clock.NextWaitAsync());
        var run = await _runs.NextAsync();

        var stopping = host.StopAsync();
        await ToldToStop(host);
        Assert.False(stopping.IsCompleted);
        Assert.False(run.Token.IsCancellationRequested);

        run.End();
        await stopping.Soon();
    }

    [Fact]
    public async Task A_run_by_hand_in_flight_ends_before_the_host_does()
    {
        await using var host = await StartAsync();
        host.Fire();
        var run = await _runs.NextAsync();

        var stopping = host.StopAsync();
        await ToldToStop(host);
        Assert.False(stopping.IsCompleted);

        run.End();
        await stopping.Soon();
    }

    [Fact]
    public async Task A_run_that_was_promised_is_still_made()
    {
        await using var host = await StartAsync();
        host.Fire();
        host.Fire();
        var first = await _runs.NextAsync();

        var stopping = host.StopAsync();
        await ToldToStop(host);
        first.End();

        (await _runs.NextAsync()).End();
        await stopping.Soon();
    }

    [Fact]
    public async Task No_run_on_schedule_begins_once_the_host_is_stopping()
    {
        await using var host = await StartAsync();
        host.Fire();
        var run = await _runs.NextAsync();

        var stopping = host.StopAsync();
        await ToldToStop(host);
        _clock.Advance(TimeSpan.FromMinutes(1));
        run.End();
        await stopping.Soon();

        Assert.True(_runs.NoneWaiting);
    }

    [Fact]
    public async Task Health_and_all_else_answer_503_while_runs_end()
    {
        await using var host = await StartAsync();
        host.Fire();
        var run = await _runs.NextAsync();
        var stopping = host.StopAsync();
        await ToldToStop(host);

        foreach (var path in (string[])["/api/alive", "/slow"])
        {
            using var answer = await host.Http.GetAsync(new Uri(path, UriKind.Relative), Now.Token);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.Empty(await answer.Content.ReadAsByteArrayAsync(Now.Token));
        }

        run.End();
        await stopping.Soon();
    }

    [Fact]
    public async Task A_request_in_flight_is_answered()
    {
        await using var host = await StartAsync();
        var request = host.Http.GetAsync(new Uri("/slow", UriKind.Relative), Now.Token);
        var run = await _runs.NextAsync();

        var stopping = host.StopAsync();
        await ToldToStop(host);
        run.End();

        using var answer = await request.Soon();
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await stopping.Soon();
    }

    [Fact]
    public async Task A_run_that_outlasts_the_shutdown_timeout_is_cancelled()
    {
        await using var host = await StartAsync(TimeSpan.FromMilliseconds(50));
        host.Fire();
        var run = await _runs.NextAsync();

        await host.StopAsync().Soon();

        Assert.True(run.Token.IsCancellationRequested);
        Assert.Contains("Tick was cancelled", host.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_host_gives_runs_thirty_seconds()
    {
        await using var host = await StartAsync();

        var options = host.Services.GetRequiredService<Microsoft.Extensions.Options.IOptions<HostOptions>>().Value;

        Assert.Equal(TimeSpan.FromSeconds(30), options.ShutdownTimeout);
    }

    private Task<TestHost> StartAsync(TimeSpan? shutdownTimeout = null) => TestHost.StartAsync(
        _runs.RunAsync,
        configure: builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(_clock);
            if (shutdownTimeout is { } timeout)
                builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = timeout);
        },
        map: app => app.MapGet("/slow", context => _runs.RunAsync(context.RequestAborted)));

    private static async Task ToldToStop(TestHost host)
    {
        var told = new TaskCompletionSource();
        await using var registration = host.Services.GetRequiredService<IHostApplicationLifetime>()
            .ApplicationStopping.Register(told.SetResult);
        await told.Task.Soon();
    }
}
