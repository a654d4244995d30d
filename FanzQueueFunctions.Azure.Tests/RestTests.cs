using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Testbed.Postgrest;

namespace FanzQueueFunctions.Azure.Tests;

/// <summary>The Functions app over Supabase's REST API, the stand-in in its place.</summary>
public sealed class RestTests(PostgresFixture postgres)
{
    [Fact]
    public async Task What_is_due_is_posted_through_the_REST_API()
    {
        const string Secret = "the-secret-of-the-tests-32-bytes-long";
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        await using var standIn = await PostgrestStandIn.StartAsync(new PostgrestOptions
        {
            ConnectionString = database.ConnectionString,
            JwtSecret = Secret,
            PathPrefix = "/rest/v1",
        });
        await using var app = await AzureApp.StartAsync(
            ("SUPABASE_URL", standIn.Address.AbsoluteUri),
            ("SUPABASE_SERVICE_ROLE_KEY", Jwt.Sign("service_role", Secret)));

        await app.FireAsync("ProcessQueue");

        Assert.Contains(app.Lines, line => line.Contains("✅ SUCCESS - Posted to girlfanz", StringComparison.Ordinal));
        Assert.Equal(1, await database.CountAsync("content_posts where is_crosspost"));
    }
}
