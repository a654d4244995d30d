using System.Globalization;

namespace FanzQueueFunctions.Telemetry;

/// <summary>A number and what it counts, as people say it: "1 item", "2 items", "10,000 items".</summary>
internal static class Counted
{
    public static string Of(long number, string one, string? more = null) =>
        $"{Number(number)} {(number == 1 ? one : more ?? $"{one}s")}";

    public static string Number(long number) => number.ToString("#,0", CultureInfo.InvariantCulture);
}
