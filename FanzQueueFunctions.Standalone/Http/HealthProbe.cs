using FanzQueueFunctions.Http;
using FanzQueueFunctions.Standalone.Settings;

namespace FanzQueueFunctions.Standalone.Http;

/// <summary>
/// The app started with <c>--healthcheck</c>: asks the one that runs beside it whether it is alive and ends, with exit code 0
/// or 1. For container images that have no curl.
/// </summary>
internal static class HealthProbe
{
    private const string Argument = "--healthcheck";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    public static bool IsAskedFor(string[] args) => args.Contains(Argument);

    /// <param name="args">The command line; the address is found as the running app finds its own.</param>
    /// <returns>The exit code: 0 healthy, 1 not, or no answer.</returns>
    public static int Ask(string[] args)
    {
        var settings = ProcessSettings.Read([.. args.Where(arg => arg != Argument)]);
        var address = new UriBuilder(ListenAddress.Reachable(ListenAddress.From(settings).Split(';')[0]))
        {
            Path = $"/api/{Routes.Alive}",
        };
        if (address.Host is "0.0.0.0" or "[::]")
            address.Host = "127.0.0.1";

        // Nobody's proxy leads to this machine.
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience };
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address.Uri);
            using var response = client.Send(request);
            return response.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return 1;
        }
    }
}
