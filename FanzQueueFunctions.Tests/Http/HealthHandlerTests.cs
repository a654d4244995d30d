using FanzQueueFunctions.Http;
using FanzQueueFunctions.Processing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace FanzQueueFunctions.Tests.Http;

public sealed class HealthHandlerTests
{
    [Theory]
    [InlineData(true, true, 200, 200)]
    [InlineData(true, false, 200, 503)]
    [InlineData(false, true, 503, 200)]
    public async Task Each_question_is_answered_by_its_own_checks(bool works, bool answers, int alive, int ready)
    {
        var services = new ServiceCollection().AddLogging();
        services.AddHealthChecks()
            .AddCheck("timers", () => Result(works), [HealthTags.Alive])
            .AddCheck("database", () => Result(answers), [HealthTags.Ready]);
        await using var provider = services.BuildServiceProvider();
        var handler = new HealthHandler(provider.GetRequiredService<HealthCheckService>());

        Assert.Equal(alive, StatusOf(await handler.AnswerAliveAsync(TestContext.Current.CancellationToken)));
        Assert.Equal(ready, StatusOf(await handler.AnswerReadyAsync(TestContext.Current.CancellationToken)));
    }

    private static HealthCheckResult Result(bool isWell) =>
        isWell ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("not for strangers");

    private static int? StatusOf(IResult answer)
    {
        var json = Assert.IsType<Microsoft.AspNetCore.Http.HttpResults.JsonHttpResult<HealthAnswer>>(answer);
        Assert.Equal(AppVersion.Text, json.Value!.Version);
        return json.StatusCode;
    }
}
