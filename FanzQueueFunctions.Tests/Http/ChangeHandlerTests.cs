using System.Text;
using FanzQueueFunctions.Http;
using FanzQueueFunctions.Operations;
using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;
using FanzQueueFunctions.Tests.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Testing;
using NSubstitute;

namespace FanzQueueFunctions.Tests.Http;

public sealed class ChangeHandlerTests(PostgresFixture postgres)
{
    [Fact]
    public async Task A_change_whose_caller_leaves_ends_after_the_portion_in_hand_and_has_its_line_in_the_log()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemsAsync(await database.AddPostAsync(await database.AddCreatorAsync()), 2500);
        await using var under = StoreUnderTest.Direct(database);
        using var left = new CancellationTokenSource();
        var logger = new FakeLogger<QueueOperations>();
        var handler = new ChangeHandler(
            new(new Leaving(under.Operations, left).Store, new(), TimeProvider.System, logger),
            new(Substitute.For<IQueueProcessor>()), TimeProvider.System, EntraId.Off);
        var context = new DefaultHttpContext { RequestAborted = left.Token };
        context.Request.Method = "POST";
        context.Request.RouteValues["verb"] = "cancel";
        context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes("""{"filter": {"status": "queued"}}"""));

        await handler.AnswerAsync(context.Request, left.Token);

        Assert.True(left.IsCancellationRequested);
        Assert.Equal(1000L, await database.CountAsync("multiplatform_post_queue where status = 'cancelled'"));
        Assert.Contains("1000 of 1000 items done", logger.LatestRecord.Message, StringComparison.Ordinal);
    }

    /// <summary>A store whose caller leaves while the first portion is under way.</summary>
    private sealed class Leaving
    {
        public Leaving(IOperationStore store, CancellationTokenSource left)
        {
            Store = Substitute.For<IOperationStore>();
            Store.ChangeAsync(default!, default, default).ReturnsForAnyArgs(async call =>
            {
                await left.CancelAsync();
                return await store.ChangeAsync(call.Arg<ChangeOrder>(), call.Arg<int>(), call.Arg<CancellationToken>());
            });
        }

        public IOperationStore Store { get; }
    }
}
