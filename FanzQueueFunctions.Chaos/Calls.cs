using System.Collections.Concurrent;

namespace FanzQueueFunctions.Chaos;

/// <summary>Sends requests to the workers, and keeps all that they answer.</summary>
internal sealed class Calls : IDisposable
{
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(3) };
    private readonly ConcurrentQueue<string> _answers = [];

    /// <summary>All that the workers answered, headers and bodies.</summary>
    public IReadOnlyCollection<string> Answers => _answers;

    /// <exception cref="HttpRequestException">The worker or its answer did not come through.</exception>
    /// <exception cref="OperationCanceledException">There was no answer for three seconds.</exception>
    public async Task<(int Status, string Body)> SendAsync(HttpRequestMessage request)
    {
        using var answer = await _http.SendAsync(request);
        var body = await answer.Content.ReadAsStringAsync();
        _answers.Enqueue($"{answer}\n{body}");
        return ((int)answer.StatusCode, body);
    }

    public void Dispose() => _http.Dispose();
}
