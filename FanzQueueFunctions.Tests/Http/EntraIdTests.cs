using System.Text;
using CsCheck;
using FanzQueueFunctions.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace FanzQueueFunctions.Tests.Http;

/// <summary>Whom the headers of App Service Authentication let in, and when they are read at all.</summary>
public sealed class EntraIdTests
{
    private const string Id = "3f2b8c1e-0000-4000-8000-000000000001";

    private static readonly EntraId On = Read("True", "fanz-queue");

    [Theory]
    [InlineData("True", "fanz-queue", true)]
    [InlineData("true", "fanz-queue", true)]
    [InlineData("False", "fanz-queue", false)]
    [InlineData(null, "fanz-queue", false)]
    [InlineData("1", "fanz-queue", false)]
    [InlineData("True", null, false)] // not on Azure
    public void It_is_on_only_where_the_platform_says_so(string? enabled, string? site, bool isOn) =>
        Assert.Equal(isOn, Read(enabled, site).IsOn);

    [Fact]
    public void Where_it_is_off_the_headers_are_not_read()
    {
        var off = Read("False", "fanz-queue");
        var request = Request("Queue.Change");

        Assert.Null(off.PrincipalOf(request));
        Assert.Equal(404, Refusal(off, request, changes: false));
        Assert.Equal(404, Refusal(off, request, changes: true));
    }

    [Theory]
    [InlineData("Queue.Read", null, 403)]
    [InlineData("Queue.Change", null, null)]
    [InlineData("queue.change", 403, 403)]
    [InlineData("Queue.Change ", 403, 403)]
    [InlineData("Somebody", 403, 403)]
    public void The_role_says_what_somebody_may_do(string role, int? reading, int? changing)
    {
        Assert.Equal(reading, Refusal(On, Request(role), changes: false));
        Assert.Equal(changing, Refusal(On, Request(role), changes: true));
    }

    [Fact]
    public void The_roles_may_have_other_names()
    {
        var named = EntraId.Read(
            Configuration(("WEBSITE_AUTH_ENABLED", "True"), ("WEBSITE_SITE_NAME", "x"), ("Queue:ReadRole", "Look"), ("Queue:ChangeRole", "Act")));

        Assert.Null(Refusal(named, Request("Look"), changes: false));
        Assert.Equal(403, Refusal(named, Request("Look"), changes: true));
        Assert.Null(Refusal(named, Request("Act"), changes: true));
        Assert.Equal(403, Refusal(named, Request("Queue.Change"), changes: true));
    }

    [Fact]
    public void A_role_is_one_by_the_type_that_comes_along_too_and_by_no_other()
    {
        const string Type = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role";

        Assert.Null(Refusal(On, RequestOf($$"""{"auth_typ":"aad","role_typ":"{{Type}}","claims":[{"typ":"{{Type}}","val":"Queue.Read"}]}"""), changes: false));
        Assert.Equal(403, Refusal(On, RequestOf("""{"auth_typ":"aad","claims":[{"typ":"groups","val":"Queue.Read"},{"val":"Queue.Read"},null,{"typ":"roles"}]}"""), changes: false));
    }

    [Theory]
    [InlineData("")]
    [InlineData("not base64!")]
    [InlineData("bm90IEpTT04=")] // not JSON
    [InlineData("bnVsbA==")] // null
    [InlineData("W10=")] // []
    [InlineData("eyJhdXRoX3R5cCI6")] // cut short
    [InlineData("eyJhdXRoX3R5cCI6IlxcdWQ4MDAifQ==")]
    [InlineData("eyJhdXRoX3R5cCI6Iv8ifQ==")] // no UTF-8
    public void A_header_that_is_not_what_it_must_be_is_nobody(string header)
    {
        var request = Request("Queue.Change");
        request.Headers["X-MS-CLIENT-PRINCIPAL"] = header;

        Assert.Equal(401, Refusal(On, request, changes: false));
    }

    [Fact]
    public void Whatever_is_in_the_header_nobody_gets_in_by_it_and_nothing_breaks()
    {
        var part = Gen.OneOf(
            Gen.OneOf("{", "}", "[", "]", ",", ":", "null", "1", "\"aad\"", "\"auth_typ\":", "\"claims\":", "\"typ\":\"roles\"", "\"val\":", "\\ud800"),
            Gen.String);

        Gen.OneOf(part.Array[0, 12].Select(parts => Encoding.UTF8.GetBytes(string.Concat(parts))), Gen.Byte.Array[0, 60]).Sample(
            bytes =>
            {
                var request = Request("Queue.Change");
                request.Headers["X-MS-CLIENT-PRINCIPAL"] = Convert.ToBase64String(bytes);
                return Refusal(On, request, changes: true) is 401 or 403;
            },
            iter: 20_000);
    }

    [Theory]
    [InlineData("X-MS-CLIENT-PRINCIPAL")]
    [InlineData("X-MS-CLIENT-PRINCIPAL-ID")]
    [InlineData("X-MS-CLIENT-PRINCIPAL-NAME")]
    public void A_header_that_is_there_twice_is_nobody(string name)
    {
        var request = Request("Queue.Change");
        request.Headers.Append(name, request.Headers[name].ToString());

        Assert.Equal(401, Refusal(On, request, changes: false));
    }

    [Fact]
    public void Another_provider_or_no_id_is_nobody()
    {
        Assert.Equal(401, Refusal(On, RequestOf("""{"auth_typ":"github","claims":[{"typ":"roles","val":"Queue.Change"}]}"""), changes: false));
        var request = Request("Queue.Change");
        request.Headers["X-MS-CLIENT-PRINCIPAL-ID"] = "7";
        Assert.Equal(401, Refusal(On, request, changes: false));
    }

    [Theory]
    [InlineData("ada@fanz.example", "ada@fanz.example")]
    [InlineData("Zoë, Müller", "Zoë, Müller")]
    [InlineData("\u202eada\n\u0000", "ada")]
    [InlineData(" ", "(no name)")]
    [InlineData(null, "(no name)")]
    public void Who_it_is_is_their_name_as_far_as_it_is_fit_to_be_seen_and_their_id(string? given, string seen)
    {
        var request = Request("Queue.Read");
        request.Headers["X-MS-CLIENT-PRINCIPAL-NAME"] = given;

        Assert.Equal($"{seen} (Entra ID {Id})", On.PrincipalOf(request)!.Name);
    }

    [Fact]
    public void A_name_of_any_length_is_recorded_in_150_characters()
    {
        var request = Request("Queue.Read");
        request.Headers["X-MS-CLIENT-PRINCIPAL-NAME"] = new string('n', 10_000);

        Assert.InRange(On.PrincipalOf(request)!.Name.Length, 100, 150);
    }

    [Theory]
    [InlineData("same-origin", null, null)]
    [InlineData("same-origin", "https://queue.example", null)]
    [InlineData("cross-site", "https://queue.example", 403)]
    [InlineData("same-site", null, 403)]
    [InlineData("none", null, 403)]
    [InlineData(null, "https://queue.example", null)]
    [InlineData(null, "https://QUEUE.example", null)]
    [InlineData(null, "https://queue.example.evil.example", 403)]
    [InlineData(null, "https://queue.example:8443", 403)]
    [InlineData(null, "null", 403)]
    [InlineData(null, null, null)] // a program, not a browser
    public void A_change_that_a_page_from_elsewhere_sends_is_refused(string? site, string? origin, int? status)
    {
        var request = Request("Queue.Change");
        request.Headers["Sec-Fetch-Site"] = site;
        request.Headers.Origin = origin;

        Assert.Equal(status, Refusal(On, request, changes: true));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("text/plain; x=application/json")]
    public void A_change_in_what_a_form_can_send_is_refused(string? contentType)
    {
        var request = Request("Queue.Change");
        request.ContentType = contentType;

        Assert.Equal(415, Refusal(On, request, changes: true));
    }

    /// <returns>The status of the answer; null where the request is let in.</returns>
    private static int? Refusal(EntraId entraId, HttpRequest request, bool changes) =>
        entraId.Admits(request, changes, out _, out var refusal) ? null : ((IStatusCodeHttpResult)refusal).StatusCode;

    private static HttpRequest Request(string role) =>
        RequestOf($$"""{"auth_typ":"aad","name_typ":"name","role_typ":"roles","claims":[{"typ":"name","val":"Ada"},{"typ":"roles","val":"{{role}}"}]}""");

    private static HttpRequest RequestOf(string principal)
    {
        var request = new DefaultHttpContext().Request;
        request.Host = new("queue.example");
        request.ContentType = "application/json";
        request.Headers["X-MS-CLIENT-PRINCIPAL"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(principal));
        request.Headers["X-MS-CLIENT-PRINCIPAL-ID"] = Id;
        request.Headers["X-MS-CLIENT-PRINCIPAL-NAME"] = "ada@fanz.example";
        request.Headers["X-MS-CLIENT-PRINCIPAL-IDP"] = "aad";
        return request;
    }

    private static EntraId Read(string? enabled, string? site) =>
        EntraId.Read(Configuration(("WEBSITE_AUTH_ENABLED", enabled), ("WEBSITE_SITE_NAME", site)));

    private static IConfiguration Configuration(params (string Name, string? Value)[] settings) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value)))
            .Build();
}
