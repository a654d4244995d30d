using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Azure.Tests;

/// <summary>The host that the tests in Browser/ are run on here: the stand-in for the Functions host.</summary>
internal static class TestedApp
{
    public static async Task<IRunningApp> StartAsync(params (string Name, string? Value)[] settings) =>
        await AzureApp.StartAsync(settings);
}
