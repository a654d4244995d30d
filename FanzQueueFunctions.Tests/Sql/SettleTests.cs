using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;

namespace FanzQueueFunctions.Tests.Sql;

public sealed class SettleTests(PostgresFixture postgres)
{
    [Fact]
    public async Task A_paid_post_stays_paid()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        var claimId = Guid.CreateVersion7();
        await database.ClaimAsync(claimId);

        await database.SettleAsync(claimId, QueueFunctions.Post(item));

        var access = await database.RowsAsync(
            "select price, is_ppv, is_subscriber_only from content_posts where queue_item_id = $1", item);
        Assert.Equal([[19.99m, true, true]], access);
    }
}
