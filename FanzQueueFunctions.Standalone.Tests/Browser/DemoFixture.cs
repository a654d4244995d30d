using FanzQueueFunctions.Browser.Tests;
using FanzQueueFunctions.Testbed;

[assembly: AssemblyFixture(typeof(DemoFixture))]

namespace FanzQueueFunctions.Browser.Tests;

/// <summary>The app on a queue with a past, for tests that only look; started by the first of them.</summary>
public sealed class DemoFixture : IAsyncDisposable
{
    private Task<ConsoleApp>? _started;

    internal Task<ConsoleApp> AppAsync(PostgresFixture postgres)
    {
        lock (this)
            return _started ??= ConsoleApp.StartAsync(postgres, FillAsync);
    }

    public async ValueTask DisposeAsync()
    {
        if (_started is not null)
            await (await _started).DisposeAsync();
    }

    internal static async Task FillAsync(TestDatabase database) =>
        await database.ExecuteAsync(await File.ReadAllTextAsync(Path.Combine(
            RepositoryFolder.Path, "FanzQueueFunctions.Testbed", "Development", "world.sql")));
}
