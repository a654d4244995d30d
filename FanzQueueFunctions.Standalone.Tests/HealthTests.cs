using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace FanzQueueFunctions.Standalone.Tests;

/// <summary>What <c>/healthz</c> makes of the app's health checks.</summary>
public sealed class HealthTests
{
    [Theory]
    [InlineData(HealthStatus.Healthy, 200)]
    [InlineData(HealthStatus.Degraded, 200)]
    [InlineData(HealthStatus.Unhealthy, 503)]
    public async Task The_status_is_that_of_the_checks_and_the_body_is_empty(HealthStatus health, int status)
    {
        await using var host = await TestHost.StartAsync([], configure: builder =>
            builder.Services.AddHealthChecks().AddCheck("queue", () => new(health, "not for strangers")));

        using var answer = await host.SendAsync(HttpMethod.Get, "/healthz");

        Assert.Equal((HttpStatusCode)status, answer.StatusCode);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync(Now.Token));
    }

    [Fact]
    public async Task Without_checks_it_is_200()
    {
        await using var host = await TestHost.StartAsync([]);

        using var answer = await host.SendAsync(HttpMethod.Get, "/healthz");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Another_method_gets_404()
    {
        await using var host = await TestHost.StartAsync([]);

        using var answer = await host.SendAsync(HttpMethod.Post, "/healthz");

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }
}
