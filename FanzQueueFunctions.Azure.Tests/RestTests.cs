using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Testbed.Postgrest;

namespace FanzQueueFunctions.Azure.Tests;

/// <summary>The Functions app over Supabase's REST API, the stand-in in its place.</summary>
public sealed class RestTests(PostgresFixture postgres)
{
    [Fact]
    public async Task What_is_due_is_posted_through_the_REST_API()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        await using var standIn = await PostgrestStandIn.StartProjectAsync(database.ConnectionString);
        await using var app = await AzureApp.StartAsync(standIn.Settings());

        await app.FireAsync("ProcessQueue");

        Assert.Contains(app.Lines, line => line.Contains("✅ SUCCESS - Posted to girlfanz", StringComparison.Ordinal));
        Assert.Equal(1, await database.CountAsync("content_posts where is_crosspost"));
    }
}
