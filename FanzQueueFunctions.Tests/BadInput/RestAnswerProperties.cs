using System.Net;
using System.Text;
using CsCheck;
using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Storage;

namespace FanzQueueFunctions.Tests.BadInput;

/// <summary>Answers of every odd kind from the other side: read, or one of the store's own errors; never anything else.</summary>
public sealed class RestAnswerProperties
{
    private const string Good =
        """
        {"items": [{"id": "b1a7d9a2-c5b9-462f-b137-d7aea9690594", "creator_id": "c0000000-0000-4000-8000-000000000001",
        "target_platform": "girlfanz", "platform_known": true, "modified_title": null,
        "retry_count": 0, "max_retries": 3, "original": {"creator_id": "c0000000-0000-4000-8000-000000000001",
        "title": "A title", "status": "published", "moderation_status": "approved", "is_deleted": false,
        "is_crosspost": false}}], "rescued": 0, "given_up": 0}
        """;

    private static readonly Gen<byte[]> Body = Gen.OneOf(
        Gen.Byte.Array[0, 200],
        Gen.String.Select(Encoding.UTF8.GetBytes),
        // The right answer, cut anywhere.
        Gen.Int[0, Good.Length].Select(length => Encoding.UTF8.GetBytes(Good[..length])),
        // The right answer with one character of it replaced.
        Gen.Select(Gen.Int[0, Good.Length - 1], Gen.Char["{}[]\":,0nt\\\0é"])
            .Select((at, c) => Encoding.UTF8.GetBytes(Good[..at] + c + Good[(at + 1)..])),
        Gen.OneOf(
            "null", "{}", "[]", "{\"code\":null}", "{\"code\":5}", "{\"code\":\"\"}", "{\"code\":\"🎁🎁🎁🎁🎁\"}",
            "{\"code\":\"PGRST\",\"message\":null}", "{\"items\":[null]}", "{\"items\":{}}", "\ufeff{}", new string('[', 5000))
            .Select(Encoding.UTF8.GetBytes));

    private static readonly Gen<string?> ContentType = Gen.OneOf<string?>(
        "application/json; charset=utf-8", "text/html", "application/json; charset=nonsense", null, "x/y");

    private static readonly Gen<string?> RetryAfter = Gen.OneOf<string?>(
        null, "0", "7", "-1", "99999999999999999999", "soon", "Wed, 21 Oct 2015 07:28:00 GMT");

    [Fact]
    public void An_answer_is_read_or_becomes_one_of_the_stores_errors() =>
        Gen.Select(Gen.OneOf(Gen.Const(200), Gen.Int[200, 599]), Body, ContentType, RetryAfter)
            .Sample((status, body, contentType, retryAfter) =>
            {
                var transport = new RestTransport(new HttpClient(new Answer(status, body, contentType, retryAfter))
                {
                    BaseAddress = new Uri("https://project.supabase.co/rest/v1/rpc/"),
                });
                try
                {
                    var claim = transport.CallAsync(
                        "post_queue_claim", [], QueueJson.Default.Claim, CancellationToken.None).GetAwaiter().GetResult();
                    return status == 200 && claim.Items.All(item => item.TargetPlatform is not null);
                }
                catch (QueueStoreException exception)
                {
                    return exception.Message.Length < 1000 && !(exception.RetryAfter < TimeSpan.Zero);
                }
            });

    private sealed class Answer(int status, byte[] body, string? contentType, string? retryAfter) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new ByteArrayContent(body) };
            if (contentType is not null)
                response.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
            if (retryAfter is not null)
                response.Headers.TryAddWithoutValidation("Retry-After", retryAfter);
            return Task.FromResult(response);
        }
    }
}
