using System.Globalization;
using CsCheck;
using FanzQueueFunctions.Processing;
using Microsoft.Extensions.Configuration;
using NCrontab;

namespace FanzQueueFunctions.Tests.Processing;

/// <summary>Which times a schedule names, in UTC, and that both heads' engines name the same.</summary>
public sealed class ScheduleTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly (int Least, int Most)[] Ranges = [(0, 59), (0, 59), (0, 23), (1, 31), (1, 12), (0, 7)];
    private static readonly string[] Names =
        ["SUN", "mon", "Tue", "WED", "THU", "fri", "SAT", "JAN", "feb", "Mar", "APR", "MAY", "jun", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

    [Theory]
    [InlineData("*/10 * * * * *", "2026-01-01T12:00:10")]
    [InlineData("0 */5 * * * *", "2026-01-01T12:05:00")]
    [InlineData("  0  30 9-17/2 * * MON-FRI ", "2026-01-01T13:30:00")]
    [InlineData("15,45 0 0 1 Feb,mar *", "2026-02-01T00:00:15")]
    [InlineData("0 0 0 29 2 *", "2028-02-29T00:00:00")]
    public void The_next_time_is_the_first_that_all_six_fields_match(string schedule, string next) => Assert.Equal(
        DateTimeOffset.Parse(next, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal), Read(schedule).After(Noon));

    [Fact]
    public void What_is_let_through_comes_at_the_same_times_on_both_heads()
    {
        var letThrough = 0;
        Gen.Select(
            Gen.Select(FieldOf(0), FieldOf(1), FieldOf(2)), Gen.Select(FieldOf(3), FieldOf(4), FieldOf(5)),
            Gen.DateTime[new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc), new DateTime(2100, 1, 1, 0, 0, 0, DateTimeKind.Utc)],
            Gen.OneOf(" ", " ", " ", "  ", "\t"))
            .Sample(
                (clock, calendar, from, space) =>
                {
                    var text = string.Join(
                        space, [clock.Item1, clock.Item2, clock.Item3, calendar.Item1, calendar.Item2, calendar.Item3]);
                    Schedule schedule;
                    try
                    {
                        schedule = Read(text);
                    }
                    catch (SettingException)
                    {
                        return;
                    }

                    Interlocked.Increment(ref letThrough);
                    var ncrontab = CrontabSchedule.Parse(text, new() { IncludingSeconds = true });
                    // From one time to the next. Asked at any moment, NCRONTAB is up to a minute late where the seconds are many
                    // and the hours few ("* * 20 * * *"): it keeps the moment's seconds.
                    var ours = schedule.After(new(from, TimeSpan.Zero));
                    var theirs = ncrontab.GetNextOccurrence(ours.UtcDateTime.AddSeconds(-1));
                    for (var i = 0; i < 5; i++)
                    {
                        Assert.Equal(theirs, ours.UtcDateTime);
                        ours = schedule.After(ours);
                        theirs = ncrontab.GetNextOccurrence(theirs);
                    }
                },
                iter: 20_000);

        Assert.InRange(letThrough, 2_000, 20_000);
    }

    [Theory]
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
    [InlineData("0 0 0 * * JAN")]
    public void What_is_no_schedule_on_the_Functions_host_is_refused(string schedule) => Assert.StartsWith(
        $"TICK is '{schedule}', which is not a schedule; use six fields", Refusal(schedule), StringComparison.Ordinal);

    [Fact]
    public void A_tab_in_a_schedule_is_refused_as_in_every_setting() =>
        Assert.StartsWith("Setting TICK has a line end or another control character", Refusal("0\t*/5 * * * *"), StringComparison.Ordinal);

    [Theory]
    [InlineData("0 0 8 * * FRI-MON", "FRI-MON")]
    [InlineData("0 0 8 * * 1,5-2", "5-2")]
    [InlineData("0 0 22-2 * * *", "22-2")]
    [InlineData("0 0 0 1 NOV-feb *", "NOV-feb")]
    public void A_range_that_runs_backwards_is_refused_for_the_heads_would_read_it_differently(string schedule, string part) => Assert.Equal(
        $"TICK is '{schedule}', where {part} runs backwards, which the Functions host reads the other way round: " +
        "write two ranges, with a comma.", Refusal(schedule));

    [Theory]
    [InlineData("0 0 8 * * 7", "7")]
    [InlineData("0 0 8 * * 5-7", "5-7")]
    public void Weekday_7_is_refused_for_the_Functions_host_does_not_know_it(string schedule, string part) => Assert.Equal(
        $"TICK is '{schedule}', where {part} has the weekday 7, which the Functions host does not know: write 0 or SUN.", Refusal(schedule));

    [Fact]
    public void A_schedule_that_never_comes_is_refused() =>
        Assert.Equal("TICK is '0 0 0 31 2 *', a time that never comes.", Refusal("0 0 0 31 2 *"));

    /// <summary>One field: for the most part what it takes, and a little beyond.</summary>
    private static Gen<string> FieldOf(int field)
    {
        var (least, most) = Ranges[field];
        var number = Gen.Int[least, most].Select(value => value.ToString(CultureInfo.InvariantCulture));
        var value = field >= 4
            ? Gen.Frequency((3, number), (2, Gen.OneOf(Names)), (1, number.Select(text => text.PadLeft(2, '0'))))
            : Gen.Frequency((6, number), (1, number.Select(text => text.PadLeft(2, '0'))), (1, Gen.Int[0, 62].Select(beyond => $"{beyond}")));
        var step = Gen.Int[0, most + 2];
        var range = Gen.Select(value, value).Select((first, last) => $"{first}-{last}");
        var part = Gen.Frequency(
            (4, value), (3, range), (2, Gen.Select(range, step).Select((given, by) => $"{given}/{by}")),
            (1, Gen.OneOf("L", "W", "?", "1#2", "*", "5/15", "", "MONDAY", "1-5-7", "*-2")));
        return Gen.Frequency(
            (8, Gen.Const("*")), (2, step.Select(by => $"*/{by}")), (6, value), (4, range),
            (2, part), (2, part.Array[2, 3].Select(parts => string.Join(',', parts))));
    }

    private static string Refusal(string schedule) => Assert.Throws<SettingException>(() => Read(schedule)).Message;

    private static Schedule Read(string schedule) => Schedule.Read(
        new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create("TICK", (string?)schedule)]).Build(), "TICK", otherwise: "");
}
