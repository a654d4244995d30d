using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Testbed.Postgrest;
using FanzQueueFunctions.Tests.Database;

namespace FanzQueueFunctions.Tests.Storage;

/// <summary>Calls whose answers get lost after the database has acted: the store repeats them, and nothing is done twice.</summary>
public sealed class LostAnswerTests(PostgresFixture postgres)
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(15);

    [Theory]
    [InlineData(FaultKind.DropAfter)]
    [InlineData(FaultKind.Cut)]
    [InlineData(FaultKind.Corrupt)]
    [InlineData(FaultKind.Duplicate)]
    [InlineData(FaultKind.DuplicateAtOnce)]
    public async Task A_claim_whose_answer_is_lost_brings_the_same_items_and_no_more(FaultKind fault)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemsAsync(await database.AddPostAsync(await database.AddCreatorAsync()), 20);
        await using var test = await StoreUnderTest.RestAsync(database);
        test.StandIn!.Faults.Decide = Faults.InTurn(new Fault(fault));

        var claim = await test.Store.ClaimAsync(Guid.CreateVersion7(), 5, Lease, fair: false, CancellationToken.None);

        Assert.Equal(1, test.StandIn.Faults.Count(fault));
        var inHand = await database.RowsAsync("select id from multiplatform_post_queue where status = 'processing'");
        Assert.Equal(claim.Items.Select(item => item.Id).Order(), inHand.Select(row => (Guid)row[0]!).Order());
        Assert.Equal(5, claim.Items.Count);
    }

    [Theory]
    [InlineData(FaultKind.DropAfter)]
    [InlineData(FaultKind.Cut)]
    [InlineData(FaultKind.Corrupt)]
    [InlineData(FaultKind.Duplicate)]
    [InlineData(FaultKind.DuplicateAtOnce)]
    public async Task A_settle_whose_answer_is_lost_posts_once_and_answers_as_the_first_did(FaultKind fault)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var item = await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        await using var test = await StoreUnderTest.RestAsync(database);
        var claimId = Guid.CreateVersion7();
        await test.Store.ClaimAsync(claimId, 5, Lease, fair: false, CancellationToken.None);
        test.StandIn!.Faults.Decide = Faults.InTurn(new Fault(fault));

        var settled = await test.Store.SettleAsync(
            claimId,
            [new() { ItemId = item, Cluster = "girlfanz" }],
            CancellationToken.None);

        Assert.Equal(1, test.StandIn.Faults.Count(fault));
        var posts = await database.RowsAsync("select id from content_posts where queue_item_id = $1", item);
        Assert.Equal((SettledOutcome.Posted, Assert.Single(posts)[0]), (settled[0].Outcome, settled[0].TargetPostId));
        Assert.Equal(1L, await database.ScalarAsync<long>("select count(*) from multiplatform_post_history"));
    }

    [Theory]
    [InlineData(FaultKind.DropBefore)]
    [InlineData(FaultKind.GatewayError)]
    [InlineData(FaultKind.RateLimited)]
    public async Task A_call_that_never_arrived_is_made_again(FaultKind fault)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemsAsync(await database.AddPostAsync(await database.AddCreatorAsync()), 5);
        await using var test = await StoreUnderTest.RestAsync(database);
        test.StandIn!.Faults.Decide = Faults.InTurn(new Fault(fault, TimeSpan.FromSeconds(1)));

        var claim = await test.Store.ClaimAsync(Guid.CreateVersion7(), 5, Lease, fair: false, CancellationToken.None);

        Assert.Equal(1, test.StandIn.Faults.Count(fault));
        Assert.Equal(5, claim.Items.Count);
    }

    [Fact]
    public async Task A_direct_connection_that_was_cut_is_replaced_and_the_call_repeated()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemsAsync(await database.AddPostAsync(await database.AddCreatorAsync()), 5);
        await using var test = StoreUnderTest.Direct(database);
        var first = await test.Store.ClaimAsync(Guid.CreateVersion7(), 2, Lease, fair: false, CancellationToken.None);
        await database.ExecuteAsync(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'FanzQueueFunctions' and datname = current_database()");
        var second = await test.Store.ClaimAsync(Guid.CreateVersion7(), 5, Lease, fair: false, CancellationToken.None);

        Assert.Equal((2, 3), (first.Items.Count, second.Items.Count));
    }
}
