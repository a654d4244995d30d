using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Standalone.Tests.App;

/// <summary>The host that the tests in Browser/ are run on here: the plain process.</summary>
internal static class TestedApp
{
    public static Task<IRunningApp> StartAsync(params (string Name, string? Value)[] settings) =>
        Task.FromResult<IRunningApp>(AppProcess.Start(settings));
}
