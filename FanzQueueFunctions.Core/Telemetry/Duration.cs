namespace FanzQueueFunctions.Telemetry;

/// <summary>
/// How a length of time is written, by the rules of the console's <c>format.js</c>: "0.4 s", "12 s", "5 min", "3 h 20 min", "2 d 4 h".
/// </summary>
internal static class Duration
{
    public static string Of(double? seconds)
    {
        if (seconds is not { } given)
            return "–";
        var tenths = (long)Math.Floor(Math.Max(given, 0) * 10 + 0.5);
        if (tenths < 100 && tenths % 10 > 0)
            return $"{tenths / 10}.{tenths % 10} s";
        var whole = (long)Math.Floor(Math.Max(given, 0) + 0.5);
        var minutes = whole / 60;
        var hours = minutes / 60;
        var days = hours / 24;
        if (whole < 120)
            return $"{whole} s";
        if (minutes < 120)
            return $"{minutes} min";
        if (hours < 48)
            return minutes % 60 > 0 ? $"{hours} h {minutes % 60} min" : $"{hours} h";
        return days < 10 && hours % 24 > 0
            ? $"{days} d {hours % 24} h"
            : $"{Counted.Number(days)} d";
    }
}
