using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;
using static FanzQueueFunctions.Tests.Sql.QueueFunctions;

namespace FanzQueueFunctions.Tests.Sql;

/// <summary>New rows have ids of version 7, which carry the time that they were made at.</summary>
public sealed class TimeOrderedIdTests(PostgresFixture postgres)
{
    [Theory]
    [InlineData("select id from multiplatform_post_queue")]
    [InlineData("select id from multiplatform_post_history")]
    [InlineData("select id from content_posts where is_crosspost")]
    public async Task A_new_row_has_the_time_in_its_id(string query)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var before = DateTimeOffset.UtcNow;
        var original = await database.AddPostAsync(await database.AddCreatorAsync());
        await database.ExecuteAsync(
            """
            insert into multiplatform_post_queue (original_post_id, creator_id, target_platform)
            select id, creator_id, 'girlfanz' from content_posts where id = $1
            """,
            original);
        var item = await database.ScalarAsync<Guid>("select id from multiplatform_post_queue");
        await database.SettleAsync(await database.ClaimAllAsync(), Post(item));

        var id = await database.ScalarAsync<Guid>(query);

        var milliseconds = Convert.ToInt64(id.ToString("N")[..12], 16);
        Assert.Equal(7, id.Version);
        Assert.InRange(milliseconds, before.ToUnixTimeMilliseconds(), DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
    }
}
