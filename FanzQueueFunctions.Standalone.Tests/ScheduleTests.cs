using System.Globalization;
using FanzQueueFunctions.Standalone.Timers;
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
        var parsed = Schedule.Of("Tick", schedule, new ConfigurationBuilder().Build());

        Assert.Equal(
            DateTimeOffset.Parse(next, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
            parsed.After(StepClock.Noon));
    }
}
