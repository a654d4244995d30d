using FanzQueueFunctions.Processing;

namespace FanzQueueFunctions.Tests.Processing;

public sealed class PostRulesTests
{
    [Fact]
    public void A_published_original_of_the_same_creator_is_not_refused() =>
        Assert.Null(PostRules.Refusal(Items.Postable()));

    [Theory]
    [InlineData("draft")]
    [InlineData("scheduled")]
    [InlineData("published")]
    [InlineData(null)]
    public void A_status_that_hides_nothing_is_not_refused(string? status) =>
        Assert.Null(PostRules.Refusal(Items.Postable() with { Original = Items.Original() with { Status = status } }));

    [Theory]
    [InlineData("deleted")]
    [InlineData("archived")]
    [InlineData("private")]
    public void A_hidden_original_is_refused_by_its_status(string status) =>
        Assert.Equal(
            $"The original post is {status}.",
            PostRules.Refusal(Items.Postable() with { Original = Items.Original() with { Status = status } }));

    [Fact]
    public void A_deleted_original_is_refused() =>
        Assert.Equal(
            "The original post is deleted.",
            PostRules.Refusal(Items.Postable() with { Original = Items.Original() with { IsDeleted = true } }));

    [Fact]
    public void A_rejected_original_is_refused() =>
        Assert.Equal(
            "The original post was rejected by moderation.",
            PostRules.Refusal(
                Items.Postable() with { Original = Items.Original() with { ModerationStatus = "rejected" } }));

    [Fact]
    public void An_original_of_another_creator_is_refused() =>
        Assert.Equal(
            "The item's creator is not the creator of the original post.",
            PostRules.Refusal(Items.Postable() with { CreatorId = Guid.NewGuid() }));

    [Fact]
    public void An_original_that_is_gone_is_refused() =>
        Assert.Equal("The original post is gone.", PostRules.Refusal(Items.Postable() with { Original = null }));

    [Fact]
    public void A_cross_post_is_not_posted_further() =>
        Assert.Equal(
            "The original post is itself a cross-post.",
            PostRules.Refusal(Items.Postable() with { Original = Items.Original() with { IsCrosspost = true } }));

    [Fact]
    public void An_unknown_platform_is_refused_by_name() =>
        Assert.Equal(
            "Platform \"myspace\" is unknown: it is not a value of platform_cluster.",
            PostRules.Refusal(Items.Postable() with { TargetPlatform = "myspace", PlatformKnown = false }));
}
