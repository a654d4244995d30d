using System.IO.Compression;
using System.Text.RegularExpressions;
using FanzQueueFunctions.BothHeads.Tests;
using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Azure.Tests;

/// <summary>The two heads, asked the same.</summary>
public sealed partial class HeadsAgreeTests(PostgresFixture postgres)
{
    // What each server says of itself or of the moment.
    private static readonly string[] OfTheServer = ["Date", "Server", "Transfer-Encoding", "Content-Length", "Connection"];

    [Fact]
    public async Task Status_headers_and_body_of_every_answer_are_the_same()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        (string, string?)[] settings = [("DATABASE_URL", database.ConnectionString), .. HostRequest.Settings];
        await using var worker = await AzureApp.StartAsync(settings);
        await using var process = AppProcess.Start(settings);
        using var toWorker = await ClientAsync(worker);
        using var toProcess = await ClientAsync(process);

        foreach (var request in HostRequest.All)
            Assert.Equal(
                $"{request.Says}: {await AnswerAsync(toWorker, request)}", $"{request.Says}: {await AnswerAsync(toProcess, request)}");
    }

    private static async Task<HttpClient> ClientAsync(IRunningApp app) =>
        new(HostRequest.Handler()) { BaseAddress = await app.AddressAsync() };

    private static async Task<string> AnswerAsync(HttpClient client, HostRequest request)
    {
        using var message = request.Message();
        message.Headers.Add("Accept-Encoding", "gzip");
        using var answer = await client.SendAsync(message, TestContext.Current.CancellationToken);
        var headers = answer.Headers.Concat(answer.Content.Headers)
            .Where(header => !OfTheServer.Contains(header.Key))
            .OrderBy(header => header.Key, StringComparer.Ordinal)
            // A tag is of the whole answer, and so of the times in it.
            .Select(header => $"{header.Key}: {(header.Key == "ETag" ? "<tag>" : string.Join(", ", header.Value))}");
        var body = await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        using var reader = new StreamReader(
            answer.Content.Headers.ContentEncoding.Contains("gzip") ? new GZipStream(body, CompressionMode.Decompress) : body);
        var text = Time().Replace(await reader.ReadToEndAsync(TestContext.Current.CancellationToken), "<time>");
        return $"{(int)answer.StatusCode}\n{string.Join('\n', headers)}\n\n{text}";
    }

    // A time, or a number of seconds since one.
    [GeneratedRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+([+-][0-9:]+|Z)|(?<=Seconds\":)[0-9]+")]
    private static partial Regex Time();
}
