using System.Globalization;
using System.Text.RegularExpressions;
using Cronos;
using Microsoft.Extensions.Configuration;

namespace FanzQueueFunctions.Processing;

/// <summary>
/// When a timer fires, in UTC: six fields, which the Functions host's engine (NCRONTAB) and the plain process's (Cronos) read
/// alike. What one of them alone reads, or the two differently, is refused: macros, ?, L, W, #, 5/15, a tab, 7 for Sunday,
/// and a range that runs backwards, which NCRONTAB turns round (FRI-MON is Monday to Friday there).
/// </summary>
public sealed partial class Schedule
{
    private const string Form =
        "six fields, \"second minute hour day month day-of-week\", such as */10 * * * * * for every ten seconds";
    private const string Days = "SUNMONTUEWEDTHUFRISAT";
    private const string Months = "   JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC";
    private const int DayOfWeek = 5;

    private readonly CronExpression _expression;
    private readonly string _text;

    private Schedule(CronExpression expression, string text) => (_expression, _text) = (expression, text);

    /// <param name="setting">The setting's name.</param>
    /// <param name="otherwise">The schedule where the setting is not there.</param>
    /// <exception cref="SettingException">It is no schedule, not the same one on both heads, or one that never comes.</exception>
    public static Schedule Read(IConfiguration configuration, string setting, string otherwise)
    {
        var given = configuration.ReadText(setting) ?? otherwise;
        var fields = given.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var text = string.Join(' ', fields);
        if (fields.Length != 6
            || !fields.SelectMany(field => field.Split(',')).All(part => Part().IsMatch(part))
            || !CronExpression.TryParse(text, CronFormat.IncludeSeconds, out var expression))
            throw new SettingException($"{setting} is '{given}', which is not a schedule; use {Form}.");
        if (Difference(fields) is { } difference)
            throw new SettingException($"{setting} is '{given}', where {difference}.");
        return expression.GetNextOccurrence(DateTime.UnixEpoch) is not null
            ? new(expression, text)
            : throw new SettingException($"{setting} is '{given}', a time that never comes.");
    }

    /// <summary>The first time that is later than <paramref name="time"/>.</summary>
    public DateTimeOffset After(DateTimeOffset time) =>
        new(_expression.GetNextOccurrence(time.UtcDateTime)!.Value, TimeSpan.Zero);

    public override string ToString() => _text;

    /// <returns>What the two engines read differently, and what to write; null where there is nothing.</returns>
    private static string? Difference(string[] fields)
    {
        for (var field = 0; field < fields.Length; field++)
        {
            foreach (var part in fields[field].Split(','))
            {
                var match = Part().Match(part);
                var first = NumberOf(match.Groups["first"], field);
                var last = NumberOf(match.Groups["last"], field);
                if (field == DayOfWeek && (first == 7 || last == 7))
                    return $"{part} has the weekday 7, which the Functions host does not know: write 0 or SUN";
                if (last < first)
                    return $"{part} runs backwards, which the Functions host reads the other way round: write two ranges, with a comma";
            }
        }

        return null;
    }

    private static int? NumberOf(Group value, int field) =>
        !value.Success ? null
        : char.IsAsciiDigit(value.ValueSpan[0]) ? int.Parse(value.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture)
        : (field == DayOfWeek ? Days : Months).IndexOf(value.Value, StringComparison.OrdinalIgnoreCase) / 3;

    // One part of a field's list: * or */step; a value; a range or range/step. A value is a number or a name such as MON.
    [GeneratedRegex(
        @"\A(\*(/[0-9]{1,2})?|(?<first>[0-9]{1,2}|[A-Za-z]{3})(-(?<last>[0-9]{1,2}|[A-Za-z]{3})(/[0-9]{1,2})?)?)\z",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Part();
}
