using FanzQueueFunctions.Processing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Testing;
using NSubstitute;
using NSubstitute.ExceptionExtensions;

namespace FanzQueueFunctions.Tests.Processing;

/// <summary>What the app does at start with what the check of the database found.</summary>
public sealed class StartCheckTests
{
    private readonly IQueueStore _store = Substitute.For<IQueueStore>();
    private readonly FakeLogger<StartCheck> _logger = new();

    [Fact]
    public async Task Notes_and_what_is_well_are_not_logged()
    {
        Finds(Of(FindingLevel.Note), Of(FindingLevel.Ok));

        Assert.True(await Check().PassesAsync(CancellationToken.None));
        Assert.Empty(Log());
    }

    [Fact]
    public async Task A_warning_is_one_line_of_what_what_follows_and_what_to_do()
    {
        Finds(new Finding { Level = FindingLevel.Warning, What = "An index\nis missing.", Follows = "It is slow.", Advice = "Make it." });

        Assert.True(await Check().PassesAsync(CancellationToken.None));
        Assert.Equal(["[CHECK] warning - An index is missing. It is slow. Make it."], Log());
    }

    [Fact]
    public async Task After_five_lines_the_rest_is_counted()
    {
        Finds([.. Enumerable.Repeat(Of(FindingLevel.Warning), 8), Of(FindingLevel.Note)]);

        await Check().PassesAsync(CancellationToken.None);

        Assert.Equal(6, Log().Length);
        Assert.Equal("[CHECK] ... and 3 more: FanzQueueFunctions check", Log()[^1]);
    }

    [Fact]
    public async Task The_database_is_asked_once_however_many_firings_there_are()
    {
        Finds(Of(FindingLevel.Warning));
        var check = Check();
        await check.StartAsync(CancellationToken.None);

        await check.PassesAsync(CancellationToken.None);
        await check.PassesAsync(CancellationToken.None);

        await _store.ReceivedWithAnyArgs(1).CheckAsync(default, default);
        Assert.Single(Log());
    }

    [Fact]
    public async Task A_database_that_does_not_answer_is_asked_again()
    {
        _store.CheckAsync(default, default).ReturnsForAnyArgs(
            _ => throw new QueueStoreException(QueueStoreError.Unreachable, "No connection."),
            _ => []);
        var check = Check();

        await Assert.ThrowsAsync<QueueStoreException>(() => check.PassesAsync(CancellationToken.None));

        Assert.True(await check.PassesAsync(CancellationToken.None));
    }

    [Theory]
    [InlineData(QueueStoreError.Timeout)]
    [InlineData(QueueStoreError.MalformedAnswer)]
    [InlineData(QueueStoreError.Refused)]
    public async Task A_check_that_itself_fails_keeps_no_item_waiting(QueueStoreError error)
    {
        _store.CheckAsync(default, default).ThrowsAsyncForAnyArgs(new QueueStoreException(error, "It is odd."));

        Assert.True(await Check().PassesAsync(CancellationToken.None));
        Assert.Equal(["[CHECK] The database could not be checked, and is worked all the same: It is odd."], Log());
    }

    private static Finding Of(FindingLevel level) => new() { Level = level, What = "Something is so." };

    private StartCheck Check() => new(new DatabaseCheck(_store), Substitute.For<IHostApplicationLifetime>(), _logger);

    private void Finds(params Finding[] findings) => _store.CheckAsync(default, default).ReturnsForAnyArgs(findings);

    private string[] Log() => [.. _logger.Collector.GetSnapshot().Select(record => record.Message)];
}
