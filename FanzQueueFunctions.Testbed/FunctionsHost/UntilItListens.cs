namespace FanzQueueFunctions.Testbed.FunctionsHost;

/// <summary>
/// Waits for a worker that has told its address and does not listen there yet, as the Functions host does
/// (its RetryProxyHandler).
/// </summary>
internal sealed class UntilItListens() : DelegatingHandler(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
{
    private const int MostTries = 40;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await base.SendAsync(request, cancellationToken);
            }
            // Nothing of the request has been sent then.
            catch (HttpRequestException exception)
                when (exception.HttpRequestError == HttpRequestError.ConnectionError && tries < MostTries)
            {
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }
}
