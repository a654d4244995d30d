using System.Buffers.Text;
using System.Text;
using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Storage;
using Microsoft.Extensions.Configuration;

namespace FanzQueueFunctions.Tests.Storage;

public sealed class StoreSettingsTests
{
    private const string Url = "https://project.supabase.co";
    private static readonly string ServiceKey = Jwt("""{"role":"service_role","exp":4102444800}""");

    [Fact]
    public void With_nothing_set_the_sentence_names_what_is_missing() =>
        Assert.Equal(
            "No database is set. Set SUPABASE_URL and SUPABASE_SERVICE_ROLE_KEY, or DATABASE_URL.",
            Refused(null, null));

    [Fact]
    public void DATABASE_URL_wins_over_Supabase()
    {
        var settings = Read(Url, ServiceKey, "postgres://app@db/fanz");

        Assert.NotNull(settings.ConnectionString);
        Assert.Null(settings.Supabase);
        Assert.True(settings.IgnoredSupabase);
    }

    [Theory]
    [InlineData(null, "postgres://app:secret@db.example.com/fanz?sslmode=require", "db.example.com:5432/fanz")]
    [InlineData(null, null, "project.supabase.co")]
    [InlineData(" eu-west ", "postgres://app@db/fanz", "eu-west")]
    public void The_database_is_called_by_its_host_where_no_name_is_set(string? name, string? databaseUrl, string called) =>
        Assert.Equal(called, Read(Url, ServiceKey, databaseUrl, name).Name.Text);

    [Fact]
    public void A_name_that_no_line_has_room_for_is_refused() => Assert.Equal(
        "Setting Queue__DatabaseName has 61 characters; it must have 60 at most.",
        Assert.Throws<SettingException>(() => Read(Url, ServiceKey, null, new string('x', 61))).Message);

    [Theory]
    [InlineData("https://project.supabase.co")]
    [InlineData("https://project.supabase.co/")]
    public void A_service_role_key_is_taken(string url) =>
        Assert.Equal(
            "https://project.supabase.co/rest/v1/rpc/", Read(url, ServiceKey).Supabase!.RpcUrl.AbsoluteUri);

    [Theory]
    [InlineData("http://127.0.0.1:3000")]
    [InlineData("http://localhost:3000")]
    [InlineData("http://[::1]:3000")]
    public void Loopback_needs_no_https(string url) => Assert.NotNull(Read(url, "sb_secret_abc").Supabase);

    [Theory]
    [InlineData(null, "sb_secret_k3y", "SUPABASE_SERVICE_ROLE_KEY is set but SUPABASE_URL is not.")]
    [InlineData(Url, null, "SUPABASE_URL is set but SUPABASE_SERVICE_ROLE_KEY is not.")]
    [InlineData("project.supabase.co", "sb_secret_k3y", "SUPABASE_URL is not a URL.")]
    [InlineData("ftp://project.supabase.co", "sb_secret_k3y", "SUPABASE_URL is not a URL.")]
    [InlineData("http://project.supabase.co", "sb_secret_k3y", "SUPABASE_URL is http://project.supabase.co, which would send the key unencrypted.")]
    [InlineData("https://u:k3y@project.supabase.co", "sb_secret_k3y", "SUPABASE_URL must be the project's address alone")]
    [InlineData(Url, "sb_publishable_k3y", "SUPABASE_SERVICE_ROLE_KEY is a publishable key")]
    [InlineData(Url, "sb_secret_k3y••••", "SUPABASE_SERVICE_ROLE_KEY has characters that no key has; it may have been copied while it was hidden.")]
    [InlineData(Url, "sb_secret_k3y x", "SUPABASE_SERVICE_ROLE_KEY has characters that no key has")]
    [InlineData(Url, "sb_secret_k3y\nx", "Setting SUPABASE_SERVICE_ROLE_KEY has a line end or another control character in it.")]
    [InlineData(Url, "k3y", "SUPABASE_SERVICE_ROLE_KEY is neither a JWT nor an sb_secret_ key.")]
    [InlineData(Url, "k3y.k3y.k3y", "SUPABASE_SERVICE_ROLE_KEY is neither a JWT nor an sb_secret_ key.")]
    public void What_is_not_fit_is_refused_by_name_and_without_the_key(string? url, string? key, string beginning)
    {
        var message = Refused(url, key);

        Assert.StartsWith(beginning, message);
        Assert.DoesNotContain("k3y", message);
    }

    [Theory]
    [InlineData("""{"role":"anon"}""", "SUPABASE_SERVICE_ROLE_KEY is a key of the role \"anon\"")]
    [InlineData("""{"role":"authenticated"}""", "SUPABASE_SERVICE_ROLE_KEY is a key of the role \"authenticated\"")]
    [InlineData("""{"sub":"1"}""", "SUPABASE_SERVICE_ROLE_KEY is a key of the role (none)")]
    [InlineData("""{"role":7}""", "SUPABASE_SERVICE_ROLE_KEY is neither")]
    [InlineData("""[]""", "SUPABASE_SERVICE_ROLE_KEY is neither")]
    [InlineData("""{"role":"service_role","exp":1700000000}""", "SUPABASE_SERVICE_ROLE_KEY expired at 2023-11-14T22:13:20Z.")]
    public void A_JWT_that_may_not_work_the_queue_is_refused(string claims, string beginning) =>
        Assert.StartsWith(beginning, Refused(Url, Jwt(claims)));

    [Fact]
    public void An_opaque_key_goes_out_as_apikey_alone_and_a_token_as_both()
    {
        using var opaque = RestTransport.CreateClient(Read(Url, "sb_secret_k3y").Supabase!);
        using var token = RestTransport.CreateClient(Read(Url, $" {ServiceKey}\r\n").Supabase!);

        Assert.Equal(["sb_secret_k3y"], opaque.DefaultRequestHeaders.GetValues("apikey"));
        Assert.Null(opaque.DefaultRequestHeaders.Authorization);
        Assert.Equal([ServiceKey], token.DefaultRequestHeaders.GetValues("apikey"));
        Assert.Equal($"Bearer {ServiceKey}", token.DefaultRequestHeaders.Authorization!.ToString());
    }

    [Fact]
    public void The_settings_print_without_secrets()
    {
        Assert.Equal("https://project.supabase.co", Read(Url, ServiceKey).ToString());
        Assert.Equal("DATABASE_URL", Read(null, null, "postgres://app:s3cret@db/fanz").ToString());
    }

    private static string Jwt(string claims) => string.Join(
        '.', Base64Url.EncodeToString("""{"alg":"HS256"}"""u8), Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims)), "c2ln");

    private static string Refused(string? url, string? key) =>
        Assert.Throws<SettingException>(() => Read(url, key)).Message;

    private static StoreSettings Read(string? url, string? key, string? databaseUrl = null, string? name = null) => StoreSettings.Read(
        new ConfigurationBuilder().AddInMemoryCollection(
        [
            new("SUPABASE_URL", url), new("SUPABASE_SERVICE_ROLE_KEY", key), new("DATABASE_URL", databaseUrl),
            new("Queue:DatabaseName", name),
        ]).Build());
}
