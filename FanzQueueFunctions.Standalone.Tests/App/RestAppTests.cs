using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Testbed.Postgrest;

namespace FanzQueueFunctions.Standalone.Tests.App;

/// <summary>The app over Supabase's REST API, the stand-in in its place: what goes wrong, and how it recovers.</summary>
public sealed class RestAppTests(PostgresFixture postgres)
{
    private const string Secret = "the-secret-of-the-tests-32-bytes-long";
    private const string OtherSecret = "another-secret-that-is-not-the-first";

    [Fact]
    public async Task Queued_posts_appear_through_the_REST_API()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        await using var standIn = await StartAsync(database.ConnectionString);
        await using var app = Start(standIn, Jwt.Sign("service_role", Secret));

        await app.WaitForLineAsync("✅ SUCCESS - Posted to girlfanz");

        Assert.Contains($"Store: {standIn.Address.GetLeftPart(UriPartial.Authority)}", app.Lines);
    }

    [Fact]
    public async Task An_opaque_secret_key_works_too()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        await using var standIn = await StartAsync(
            database.ConnectionString, new GatewayKeys("sb_secret_of_the_tests", "sb_publishable_of_the_tests"));
        await using var app = Start(standIn, "sb_secret_of_the_tests");

        await app.WaitForLineAsync("✅ SUCCESS - Posted to girlfanz");
    }

    [Fact]
    public async Task A_wrong_key_is_one_error_line_a_firing_that_says_what_to_set()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var standIn = await StartAsync(database.ConnectionString);
        var key = Jwt.Sign("service_role", OtherSecret);
        await using var app = Start(standIn, key);

        var line = await app.WaitForLineAsync("Run ended: ");

        Assert.Matches("401 PGRST301 \".+\"\\. The key was refused: set SUPABASE_SERVICE_ROLE_KEY", line);
        Assert.Contains("transient: False", line);
        Assert.DoesNotContain(app.Lines, printed => printed.Contains(key, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stopped_database_is_one_error_line_a_firing_and_once_started_the_app_goes_on_by_itself()
    {
        await using var own = await MigratedPostgres.StartAsync(inMemory: true);
        await using var database = await own.CreateDatabaseAsync();
        var post = await database.AddPostAsync(await database.AddCreatorAsync());
        await using var standIn = await StartAsync(database.ConnectionString);
        await using var app = Start(standIn, Jwt.Sign("service_role", Secret));
        await app.WaitForLineAsync("listening on");

        await own.Server.StopAsync();
        var line = await app.WaitForLineAsync("Run ended: ");
        await own.Server.StartAgainAsync();
        database.ForgetConnections();
        await database.AddItemAsync(post);

        await app.WaitForLineAsync("✅ SUCCESS - Posted to girlfanz", seconds: 60);
        Assert.Contains("transient: True", line);
        Assert.DoesNotContain(app.Lines, printed => printed.TrimStart().StartsWith("at ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null, "sb_secret_x", "SUPABASE_SERVICE_ROLE_KEY is set but SUPABASE_URL is not.")]
    [InlineData("https://project.supabase.co", null, "SUPABASE_URL is set but SUPABASE_SERVICE_ROLE_KEY is not.")]
    [InlineData("http://project.supabase.co", "sb_secret_x", "SUPABASE_URL is http://project.supabase.co, which would send the key unencrypted.")]
    [InlineData("https://project.supabase.co", "sb_publishable_x", "SUPABASE_SERVICE_ROLE_KEY is a publishable key")]
    [InlineData("https://project.supabase.co", "anon", "SUPABASE_SERVICE_ROLE_KEY is a key of the role \"anon\"")]
    [InlineData("https://project.supabase.co", "authenticated", "SUPABASE_SERVICE_ROLE_KEY is a key of the role \"authenticated\"")]
    public async Task A_setting_that_is_not_fit_stops_the_app_at_start_with_one_sentence(
        string? url, string? key, string beginning)
    {
        if (key is "anon" or "authenticated")
            key = Jwt.Sign(key, Secret);
        await using var app = AppProcess.Start(("SUPABASE_URL", url), ("SUPABASE_SERVICE_ROLE_KEY", key));

        Assert.Equal(1, await app.WaitForExitAsync());
        Assert.StartsWith(beginning, Assert.Single(app.Lines));
    }

    private static Task<PostgrestStandIn> StartAsync(string connectionString, GatewayKeys? gateway = null) =>
        PostgrestStandIn.StartAsync(new PostgrestOptions
        {
            ConnectionString = connectionString,
            JwtSecret = Secret,
            PathPrefix = "/rest/v1",
            Gateway = gateway,
        });

    private static AppProcess Start(PostgrestStandIn standIn, string key) => AppProcess.Start(
        [.. standIn.Settings(key), ("PROCESS_QUEUE_SCHEDULE", "* * * * * *")]);
}
