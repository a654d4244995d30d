using System.Globalization;
using FanzQueueFunctions.Processing;
using Microsoft.Extensions.Configuration;

namespace FanzQueueFunctions.Standalone.Tests;

/// <summary>Which times a schedule names, in UTC.</summary>
public sealed class ScheduleTests
{
    [Theory]
    [InlineData("*/10 * * * * *", "2026-01-01T12:00:10")]
    [InlineData("0 */5 * * * *", "2026-01-01T12:05:00")]
    [InlineData("  0  30 9-17/2 * * MON-FRI ", "2026-01-01T13:30:00")]
    [InlineData("15,45 0 0 1 Feb,mar *", "2026-02-01T00:00:15")]
    [InlineData("0 0 0 29 2 *", "2028-02-29T00:00:00")]
    public void The_next_time_is_the_first_that_all_six_fields_match(string schedule, string next)
    {
        var parsed = Schedule.Read(Settings(schedule), "TICK", otherwise: "");

        Assert.Equal(
            DateTimeOffset.Parse(next, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
            parsed.After(StepClock.Noon));
    }

    [Theory]
    [InlineData("")]
    [InlineData("often")]
    [InlineData("00:00:10")]
    [InlineData("*/5 * * * *")]
    [InlineData("61 * * * * *")]
    [InlineData("@hourly")]
    [InlineData("0 0 0 L * *")]
    [InlineData("0 0 0 ? * *")]
    [InlineData("0 0 0 * * 1#2")]
    [InlineData("5/15 * * * * *")]
    [InlineData("1, * * * * *")]
    public void What_is_no_schedule_on_the_Functions_host_is_refused(string schedule) => Assert.StartsWith(
        $"TICK is '{schedule}', which is not a schedule; use six fields", Refusal(schedule), StringComparison.Ordinal);

    [Fact]
    public void A_schedule_that_never_comes_is_refused() =>
        Assert.Equal("TICK is '0 0 0 31 2 *', a time that never comes.", Refusal("0 0 0 31 2 *"));

    private static string Refusal(string schedule) =>
        Assert.Throws<SettingException>(() => Schedule.Read(Settings(schedule), "TICK", otherwise: "")).Message;

    private static IConfiguration Settings(string schedule) =>
        new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create("TICK", (string?)schedule)]).Build();
}
