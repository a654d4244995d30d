using System.Text.RegularExpressions;
using Cronos;
using Microsoft.Extensions.Configuration;

namespace FanzQueueFunctions.Processing;

/// <summary>
/// When a timer fires, in UTC: six fields, as Azure's NCRONTAB reads them. What Cronos reads beyond that (L, W, #, ?,
/// macros, 5/15) is refused, so that a schedule means the same on both heads.
/// </summary>
public sealed partial class Schedule
{
    private const string Form =
        "six fields, \"second minute hour day month day-of-week\", such as */10 * * * * * for every ten seconds";

    private readonly CronExpression _expression;
    private readonly string _text;

    private Schedule(CronExpression expression, string text) => (_expression, _text) = (expression, text);

    /// <param name="setting">The setting's name.</param>
    /// <param name="otherwise">The schedule where the setting is not there.</param>
    /// <exception cref="SettingException">It is no schedule, or one that never comes.</exception>
    public static Schedule Read(IConfiguration configuration, string setting, string otherwise)
    {
        var given = configuration[setting] ?? otherwise;
        var fields = given.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var text = string.Join(' ', fields);
        if (fields.Length != 6
            || !fields.SelectMany(field => field.Split(',')).All(part => Part().IsMatch(part))
            || !CronExpression.TryParse(text, CronFormat.IncludeSeconds, out var expression))
            throw new SettingException($"{setting} is '{given}', which is not a schedule; use {Form}.");
        return expression.GetNextOccurrence(DateTime.UnixEpoch) is not null
            ? new(expression, text)
            : throw new SettingException($"{setting} is '{given}', a time that never comes.");
    }

    /// <summary>The first time that is later than <paramref name="time"/>.</summary>
    public DateTimeOffset After(DateTimeOffset time) =>
        new(_expression.GetNextOccurrence(time.UtcDateTime)!.Value, TimeSpan.Zero);

    public override string ToString() => _text;

    // One part of a field's list: * or */step; a value; a range or range/step. A value is a number or a name such as MON.
    [GeneratedRegex(@"\A(\*(/[0-9]+)?|([0-9]+|[A-Za-z]{3})(-([0-9]+|[A-Za-z]{3})(/[0-9]+)?)?)\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Part();
}
