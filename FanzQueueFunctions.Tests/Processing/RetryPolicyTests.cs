using FanzQueueFunctions.Processing;

namespace FanzQueueFunctions.Tests.Processing;

public sealed class RetryPolicyTests
{
    private readonly RetryPolicy _policy = new(TimeSpan.FromSeconds(60));

    [Theory]
    [InlineData(0, 2)]
    [InlineData(1, 4)]
    [InlineData(2, 8)]
    public void The_three_retries_wait_2_and_4_and_8_minutes(int retryCount, int minutes) =>
        Assert.Equal(TimeSpan.FromMinutes(minutes), _policy.DelayAfterFailure(retryCount, maxRetries: 3));

    [Fact]
    public void The_fourth_failure_is_the_last() => Assert.Null(_policy.DelayAfterFailure(retryCount: 3, maxRetries: 3));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void A_row_that_allows_no_retry_gets_none(int maxRetries) =>
        Assert.Null(_policy.DelayAfterFailure(retryCount: 0, maxRetries));

    [Fact]
    public void A_row_that_allows_two_billion_retries_gets_20()
    {
        Assert.NotNull(_policy.DelayAfterFailure(retryCount: 19, maxRetries: 2_000_000_000));
        Assert.Null(_policy.DelayAfterFailure(retryCount: 20, maxRetries: 2_000_000_000));
    }

    [Fact]
    public void A_negative_retry_count_counts_as_none() =>
        Assert.Equal(TimeSpan.FromMinutes(2), _policy.DelayAfterFailure(retryCount: -7, maxRetries: 3));

    [Fact]
    public void No_delay_is_longer_than_24_hours() =>
        Assert.Equal(TimeSpan.FromHours(24), _policy.DelayAfterFailure(retryCount: 19, maxRetries: 20));

    [Fact]
    public void Another_base_scales_the_delays() =>
        Assert.Equal(
            TimeSpan.FromSeconds(40), new RetryPolicy(TimeSpan.FromSeconds(5)).DelayAfterFailure(2, maxRetries: 3));
}
