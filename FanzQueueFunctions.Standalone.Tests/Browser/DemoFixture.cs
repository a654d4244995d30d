using FanzQueueFunctions.Browser.Tests;
using FanzQueueFunctions.Testbed.Development;

[assembly: AssemblyFixture(typeof(DemoFixture))]

namespace FanzQueueFunctions.Browser.Tests;

/// <summary>The app on a queue with a past, without and with a mess on top of it, for tests that only look; started by the first of them.</summary>
public sealed class DemoFixture : IAsyncDisposable
{
    private Task<ConsoleApp>? _calm;
    private Task<ConsoleApp>? _messy;

    internal Task<ConsoleApp> AppAsync(PostgresFixture postgres)
    {
        lock (this)
            return _calm ??= ConsoleApp.StartAsync(postgres, database => DemoWorld.FillAsync(database, items: 0));
    }

    internal Task<ConsoleApp> MessyAppAsync(PostgresFixture postgres)
    {
        lock (this)
            return _messy ??= ConsoleApp.StartAsync(postgres, database => DemoWorld.FillAsync(database, DemoWorld.Mess));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var app in (Task<ConsoleApp>?[])[_calm, _messy])
        {
            if (app is not null)
                await (await app).DisposeAsync();
        }
    }
}
