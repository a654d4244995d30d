using System.Net;
using System.Text;
using CsCheck;
using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Standalone.Tests.App;

/// <summary>The admin endpoint under requests of every odd kind: never a 5xx, never a changed row unless it should.</summary>
public sealed class BadRequestTests(PostgresFixture postgres)
{
    private const string Key = "the-right-key";

    private static readonly Gen<string> Method = Gen.OneOf("POST", "POST", "POST", "GET", "PUT", "HEAD", "OPTIONS", "DELETE", "PATCH", "BREW");

    private static readonly Gen<string> Path = Gen.OneOf(
        "/api/queue/reset-stuck", "/api/queue/reset-stuck", "/API/queue/RESET-STUCK/", "/api/queue/reset-stuck/..",
        "/api//queue/reset-stuck", "/api/queue/reset-stuck%00", "/api/queue/%2e%2e/reset-stuck", "/", "/api/alive");

    private static readonly Gen<string> Value = Gen.OneOf(
        Gen.OneOf("5", "1", "10080", "0", "-1", "10081", "5.5", "٥", "true", "false", "TRUE", "1e1", "%00", "%f0%9f%8e%81", ""),
        Gen.String[Gen.Char["0123456789abc%&=+ '\";"], 0, 12].Select(Uri.EscapeDataString));

    private static readonly Gen<string> Query = Gen.Select(
        Gen.OneOf("olderThanMinutes", "dryRun", "OLDERTHANMINUTES", "code", "x", ""), Value)
        .Select((name, value) => $"{name}={value}").Array[0, 4].Select(parts => string.Join('&', parts));

    private static readonly Gen<string?> GivenKey = Gen.OneOf<string?>(
        Key, Key, Key, null, "", "a-wrong-key", "THE-RIGHT-KEY", "the-right-key ", "é🎁", new string('k', 4000));

    private static readonly Gen<byte[]?> Body = Gen.OneOf(
        Gen.Const((byte[]?)null), Gen.Byte.Array[0, 300].Select(bytes => (byte[]?)bytes),
        Gen.Const((byte[]?)new byte[100_000]));

    [Fact]
    public async Task A_request_of_any_kind_is_answered_below_500_and_changes_no_row_unless_it_should()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        await using var app = AppProcess.Start(
            ("DATABASE_URL", database.ConnectionString),
            ("PROCESS_QUEUE_SCHEDULE", "0 0 0 1 1 *"),
            // A reset gives a hint.
            ("Queue__Wake", "false"),
            ("FUNCTIONS_KEY_ResetStuckItems", Key));
        using var handler = new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 };
        using var client = new HttpClient(handler) { BaseAddress = await app.AddressAsync() };

        await Gen.Select(Method, Path, Query, GivenKey, Body).SampleAsync(
            async (method, path, query, key, body) =>
            {
                await database.ExecuteAsync(
                    "update multiplatform_post_queue set status = 'processing', processing_started_at = now() - interval '30 days'");
                using var request = new HttpRequestMessage(new HttpMethod(method), $"{path}?{query}");
                if (key is not null)
                    request.Headers.TryAddWithoutValidation("x-functions-key", key);
                if (body is not null)
                    request.Content = new ByteArrayContent(body);
                var status = await StatusAsync(client, request);

                var changed = await database.ScalarAsync<bool>(
                    "select status <> 'processing' from multiplatform_post_queue where id = $1", item);
                var mayChange = method == "POST" && status == HttpStatusCode.OK
                    && (key?.Trim() == Key || query.Contains("code=", StringComparison.Ordinal));
                return status is null or < HttpStatusCode.InternalServerError && (!changed || mayChange);
            },
            iter: 400,
            threads: 1);

        Assert.False(app.HasExited);
    }

    /// <returns>
    /// Null where the connection was closed under the body: a path with a NUL is refused as soon as it is read, and a body
    /// that is still on its way then finds nobody.
    /// </returns>
    private static async Task<HttpStatusCode?> StatusAsync(HttpClient client, HttpRequestMessage request)
    {
        try
        {
            using var response = await client.SendAsync(request);
            return response.StatusCode;
        }
        catch (HttpRequestException exception) when (request.Content is not null
            && exception.InnerException is IOException
            && request.RequestUri!.OriginalString.Contains("%00", StringComparison.Ordinal))
        {
            return null;
        }
    }
}
