using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace FanzQueueFunctions.Processing;

/// <summary>Reads numbers from the settings and names setting, value and range where one is wrong.</summary>
public static class SettingReader
{
    /// <param name="key">The configuration key, <c>Section:Name</c>; the environment writes it <c>Section__Name</c>.</param>
    /// <param name="why">Where the range comes from, for the refusal.</param>
    /// <exception cref="SettingException">Not a whole number within the range, both ends included.</exception>
    public static int ReadWhole(
        this IConfiguration configuration, string key, int otherwise, int least, int most, string why = "")
    {
        var text = configuration[key];
        if (string.IsNullOrWhiteSpace(text))
            return otherwise;

        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            && value >= least && value <= most
            ? value
            : throw OutOfRange(key, text, $"a whole number from {least} to {most}{why}");
    }

    /// <inheritdoc cref="ReadWhole"/>
    public static double ReadNumber(
        this IConfiguration configuration, string key, double otherwise, double least, double most)
    {
        var text = configuration[key];
        if (string.IsNullOrWhiteSpace(text))
            return otherwise;

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            && value >= least && value <= most
            ? value
            : throw OutOfRange(
                key, text, string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}"));
    }

    /// <inheritdoc cref="ReadWhole"/>
    /// <exception cref="SettingException">Neither true nor false.</exception>
    public static bool ReadFlag(this IConfiguration configuration, string key, bool otherwise)
    {
        var text = configuration[key];
        if (string.IsNullOrWhiteSpace(text))
            return otherwise;

        return bool.TryParse(text, out var value) ? value : throw OutOfRange(key, text, "true or false");
    }

    private static SettingException OutOfRange(string key, string text, string range) =>
        new($"Setting {key.Replace(":", "__", StringComparison.Ordinal)} is \"{text}\"; it must be {range}.");
}
