using System.Text.RegularExpressions;
using Cronos;
using Microsoft.Extensions.Configuration;

namespace FanzQueueFunctions.Standalone.Timers;

/// <summary>
/// When a timer fires, in UTC: six fields, as Azure's NCRONTAB reads them. What Cronos reads beyond that (L, W, #, ?,
/// macros, 5/15) is refused, so that a schedule means the same under both hosts.
/// </summary>
internal sealed partial class Schedule
{
    private const string Form =
        "six fields, \"second minute hour day month day-of-week\", such as */10 * * * * * for every ten seconds";

    private readonly CronExpression _expression;
    private readonly string _text;

    private Schedule(CronExpression expression, string text) => (_expression, _text) = (expression, text);

    /// <param name="function">The function's name, for the refusal.</param>
    /// <param name="given">The attribute's text, in which each <c>%SETTING%</c> stands for that setting.</param>
    /// <param name="settings">Where settings are looked up.</param>
    /// <exception cref="FunctionsHostException">A setting is missing, or the text is no schedule.</exception>
    public static Schedule Of(string function, string given, IConfiguration settings)
    {
        var text = Setting().Replace(given, match => settings[match.Groups[1].Value] ??
            throw new FunctionsHostException(
                $"The schedule of the function {function} is the setting {match.Groups[1].Value}, which is not set; " +
                $"set it to {Form}."));
        var fields = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        text = string.Join(' ', fields);
        if (fields.Length == 6 &&
            fields.SelectMany(field => field.Split(',')).All(part => Part().IsMatch(part)) &&
            CronExpression.TryParse(text, CronFormat.IncludeSeconds, out var expression))
            return expression.GetNextOccurrence(DateTime.UnixEpoch) is not null
                ? new(expression, text)
                : throw new FunctionsHostException($"{Where(function, given)} is '{text}', a time that never comes.");
        throw new FunctionsHostException($"{Where(function, given)} is '{text}', which is not a schedule; use {Form}.");
    }

    /// <summary>The first time that is later than <paramref name="time"/>.</summary>
    public DateTimeOffset After(DateTimeOffset time) =>
        new(_expression.GetNextOccurrence(time.UtcDateTime)!.Value, TimeSpan.Zero);

    public override string ToString() => _text;

    private static string Where(string function, string given) =>
        given.Contains('%') ? $"The schedule of the function {function} ({given})" : $"The schedule of the function {function}";

    [GeneratedRegex("%([^%]+)%")]
    private static partial Regex Setting();

    // One part of a field's list: * or */step; a value; a range or range/step. A value is a number or a name such as MON.
    [GeneratedRegex(@"\A(\*(/[0-9]+)?|([0-9]+|[A-Za-z]{3})(-([0-9]+|[A-Za-z]{3})(/[0-9]+)?)?)\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Part();
}
