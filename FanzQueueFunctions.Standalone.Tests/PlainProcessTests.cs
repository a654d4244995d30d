using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace FanzQueueFunctions.Standalone.Tests;

/// <summary>What the process answers beside the endpoints themselves: faults, health, bodies without an end.</summary>
public sealed class PlainProcessTests
{
    [Fact]
    public async Task A_fault_is_a_500_with_nothing_in_it_and_is_logged_with_its_stack()
    {
        await using var host = await TestHost.StartAsync(
            map: app => app.MapPost("/broken", _ => throw new InvalidDataException("on purpose")));

        using var answer = await host.Http.PostAsync(new Uri("/broken", UriKind.Relative), null, Now.Token);

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync(Now.Token));
        Assert.Contains("      System.IO.InvalidDataException: on purpose\n", host.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_over_a_megabyte_gets_413_and_no_line_in_the_log()
    {
        await using var host = await TestHost.StartAsync(
            map: app => app.MapPost("/upload", context => context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted)));
        using var body = new ByteArrayContent(new byte[1024 * 1024 + 1]);
        // It asks before it sends: a client that still sends when the connection is closed may not see the answer.
        using var request = new HttpRequestMessage(HttpMethod.Post, "/upload") { Content = body, Headers = { ExpectContinue = true } };

        using var answer = await host.Http.SendAsync(request, Now.Token);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Empty(host.Log);
    }

    [Fact]
    public async Task A_method_that_a_route_does_not_know_gets_404_and_no_answer_names_the_server()
    {
        await using var host = await TestHost.StartAsync(map: app => app.MapGet("/here", () => Results.Ok()));

        using var answer = await host.Http.PostAsync(new Uri("/here", UriKind.Relative), null, Now.Token);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Empty(answer.Content.Headers.Allow);
        Assert.Empty(answer.Headers.Server);
    }
}
