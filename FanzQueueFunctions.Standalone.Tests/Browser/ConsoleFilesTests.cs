using System.Net;
using System.Text.RegularExpressions;

namespace FanzQueueFunctions.Browser.Tests;

/// <summary>How the console's files are served.</summary>
public sealed partial class ConsoleFilesTests(PostgresFixture postgres, DemoFixture demo)
{
    [Fact]
    public async Task The_page_needs_no_key_is_not_cached_and_lets_nothing_inline_or_foreign()
    {
        using var client = await ClientAsync();

        using var answer = await client.GetAsync("/api/queue/console");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/html; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal("no-store", answer.Headers.CacheControl!.ToString());
        var policy = Header(answer, "Content-Security-Policy");
        Assert.StartsWith("default-src 'self'; ", policy);
        Assert.Contains("frame-ancestors 'none'", policy);
        Assert.DoesNotContain("unsafe", policy);
        Assert.Equal("nosniff", Header(answer, "X-Content-Type-Options"));
        Assert.Equal("no-referrer", Header(answer, "Referrer-Policy"));
        Assert.Equal("DENY", Header(answer, "X-Frame-Options"));
    }

    [Fact]
    public async Task All_of_it_is_below_150_KB_on_the_wire_and_every_file_but_the_page_is_kept_for_ever()
    {
        using var client = await ClientAsync();
        client.DefaultRequestHeaders.AcceptEncoding.ParseAdd("gzip");

        var size = (await client.GetByteArrayAsync("/api/queue/console")).Length;
        foreach (var name in Directory.GetFiles(Folder, "*", SearchOption.AllDirectories).Select(Path.GetFileName))
        {
            if (name == "index.html")
                continue;
            using var file = await client.GetAsync($"/api/queue/console/{await VersionAsync()}/{name}");
            Assert.Equal(HttpStatusCode.OK, file.StatusCode);
            Assert.Equal("gzip", Assert.Single(file.Content.Headers.ContentEncoding));
            Assert.Equal("public, max-age=31536000, immutable", Header(file, "Cache-Control"));
            Assert.Equal("nosniff", Header(file, "X-Content-Type-Options"));
            size += (await file.Content.ReadAsByteArrayAsync()).Length;
        }

        Assert.InRange(size, 10_000, 150_000);
    }

    [Fact]
    public async Task A_file_of_another_version_is_not_found_and_a_caller_that_cannot_unpack_gets_it_plain()
    {
        using var client = await ClientAsync();

        var module = await client.GetStringAsync($"/api/queue/console/{await VersionAsync()}/main.js");

        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(Folder, "main.js")), module);
        foreach (var path in (string[])["0123456789abcdef/main.js", $"{await VersionAsync()}/nope.js", $"{await VersionAsync()}/index.html", "main.js"])
        {
            using var answer = await client.GetAsync($"/api/queue/console/{path}");
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
    }

    [Fact]
    public async Task With_a_slash_at_its_end_the_address_leads_to_the_one_without()
    {
        using var client = await ClientAsync();

        using var answer = await client.GetAsync("/api/queue/console/");

        Assert.Equal("/api/queue/console", answer.RequestMessage!.RequestUri!.AbsolutePath);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static string Folder { get; } =
        Path.Combine(Testbed.RepositoryFolder.Path, "FanzQueueFunctions.Core", "Console");

    private async Task<HttpClient> ClientAsync() => new() { BaseAddress = (await demo.AppAsync(postgres)).Address };

    private async Task<string> VersionAsync()
    {
        using var client = await ClientAsync();
        return Version().Match(await client.GetStringAsync("/api/queue/console")).Groups[1].Value;
    }

    private static string Header(HttpResponseMessage answer, string name) => Assert.Single(answer.Headers.GetValues(name));

    [GeneratedRegex("console/([0-9a-f]{16})/main.js")]
    private static partial Regex Version();
}
