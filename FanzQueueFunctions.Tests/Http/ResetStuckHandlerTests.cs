using System.Text.Json.Nodes;
using FanzQueueFunctions.Http;
using FanzQueueFunctions.Processing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using NSubstitute;
using NSubstitute.ExceptionExtensions;

namespace FanzQueueFunctions.Tests.Http;

public sealed class ResetStuckHandlerTests
{
    private readonly IQueueProcessor _processor = Substitute.For<IQueueProcessor>();

    [Fact]
    public async Task The_answer_counts_and_lists_the_items()
    {
        var item = new StuckItem(
            Guid.Parse("b1a7d9a2-c5b9-462f-b137-d7aea9690594"),
            "girlfanz",
            new DateTimeOffset(2026, 11, 23, 3, 0, 0, TimeSpan.Zero));
        _processor.ResetStuckItemsAsync(TimeSpan.FromMinutes(7), false, "").ReturnsForAnyArgs([item]);

        var (status, contentType, body) = await PostAsync("?olderThanMinutes=7");

        Assert.Equal(200, status);
        Assert.Equal("application/json; charset=utf-8", contentType);
        Assert.Equal(
            """
            {"resetCount":1,"olderThanMinutes":7,"items":[{"id":"b1a7d9a2-c5b9-462f-b137-d7aea9690594","targetPlatform":"girlfanz","processingStartedAt":"2026-11-23T03:00:00+00:00"}]}
            """,
            body);
    }

    [Theory]
    [InlineData("", 5, false)]
    [InlineData("?olderThanMinutes=1", 1, false)]
    [InlineData("?olderThanMinutes=10080", 10080, false)]
    [InlineData("?olderThanMinutes=5&dryRun=true", 5, true)]
    [InlineData("?dryRun=False", 5, false)]
    public async Task The_threshold_the_dry_run_and_whose_key_it_was_are_passed_on(string query, int minutes, bool dryRun)
    {
        _processor.ResetStuckItemsAsync(default, default, "").ReturnsForAnyArgs([]);

        var (status, _, body) = await PostAsync(query);

        Assert.Equal(200, status);
        await _processor.Received(1)
            .ResetStuckItemsAsync(TimeSpan.FromMinutes(minutes), dryRun, "ResetStuckItems key", null, Arg.Any<CancellationToken>());
        Assert.Equal(dryRun, (bool?)JsonNode.Parse(body)!["dryRun"] ?? false);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("10081")]
    [InlineData("-5")]
    [InlineData("+5")]
    [InlineData("5.0")]
    [InlineData("five")]
    [InlineData("")]
    [InlineData("99999999999999999999")]
    [InlineData("5&olderThanMinutes=6")]
    public async Task A_threshold_out_of_range_gets_400_that_names_parameter_and_range(string value)
    {
        var (status, contentType, body) = await PostAsync($"?olderThanMinutes={value}");

        Assert.Equal(400, status);
        Assert.Equal("application/problem+json; charset=utf-8", contentType);
        Assert.Equal(
            "olderThanMinutes must be one whole number from 1 to 10080.", (string?)JsonNode.Parse(body)!["detail"]);
        await _processor.DidNotReceiveWithAnyArgs().ResetStuckItemsAsync(default, default, "");
    }

    [Fact]
    public async Task A_dry_run_that_is_no_flag_gets_400_and_resets_nothing()
    {
        var (status, _, _) = await PostAsync("?dryRun=perhaps");

        Assert.Equal(400, status);
        await _processor.DidNotReceiveWithAnyArgs().ResetStuckItemsAsync(default, default, "");
    }

    [Theory]
    [InlineData(QueueStoreError.Unreachable, 503, true)]
    [InlineData(QueueStoreError.NotMigrated, 500, false)]
    public async Task A_store_that_fails_says_whether_a_retry_can_help(QueueStoreError error, int expected, bool transient)
    {
        _processor.ResetStuckItemsAsync(default, default, "")
            .ThrowsAsyncForAnyArgs(new QueueStoreException(error, "It did not work."));

        var (status, _, body) = await PostAsync("");

        Assert.Equal(expected, status);
        Assert.Equal(transient, (bool?)JsonNode.Parse(body)!["isTransient"]);
    }

    private async Task<(int Status, string? ContentType, string Body)> PostAsync(string query)
    {
        await using var services = new ServiceCollection().AddLogging().BuildServiceProvider();
        var context = new DefaultHttpContext { RequestServices = services };
        context.Request.Method = "POST";
        context.Request.QueryString = new QueryString(query);
        using var body = new MemoryStream();
        context.Response.Body = body;

        var result = await new ResetStuckHandler(_processor).AnswerAsync(context.Request);
        await result.ExecuteAsync(context);

        return (
            context.Response.StatusCode,
            context.Response.ContentType,
            System.Text.Encoding.UTF8.GetString(body.ToArray()));
    }
}
