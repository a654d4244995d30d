using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace FanzQueueFunctions.Processing;

/// <summary>
/// Reads settings, all by one rule: what is easily pasted around a value is not part of it, and what is left must be what the
/// setting takes; if not, the refusal names setting, value and range.
/// </summary>
public static class SettingReader
{
    /// <summary>A setting's text without spaces, line ends and marks that cannot be seen around it; null where nothing is left.</summary>
    /// <param name="key">The configuration key, <c>Section:Name</c>; the environment writes it <c>Section__Name</c>.</param>
    /// <exception cref="SettingException">It has a line end or another control character in its middle; it is not repeated.</exception>
    public static string? ReadText(this IConfiguration configuration, string key)
    {
        var text = (configuration[key] ?? "").AsSpan();
        while (text.Length > 0 && IsAround(text[0]))
            text = text[1..];
        while (text.Length > 0 && IsAround(text[^1]))
            text = text[..^1];
        foreach (var character in text)
            if (char.IsControl(character))
                throw new SettingException(
                    $"Setting {NameOf(key)} has a line end or another control character in it. Enter it anew, on one line.");
        return text.Length == 0 ? null : text.ToString();
    }

    /// <param name="key">The configuration key, <c>Section:Name</c>; the environment writes it <c>Section__Name</c>.</param>
    /// <param name="why">Where the range comes from, for the refusal.</param>
    /// <exception cref="SettingException">Not a whole number within the range, both ends included.</exception>
    public static int ReadWhole(
        this IConfiguration configuration, string key, int otherwise, int least, int most, string why = "")
    {
        if (configuration.ReadText(key) is not { } text)
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
        if (configuration.ReadText(key) is not { } text)
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
        if (configuration.ReadText(key) is not { } text)
            return otherwise;

        return bool.TryParse(text, out var value) ? value : throw OutOfRange(key, text, "true or false");
    }

    /// <summary>Looks at the levels of the log, which the framework reads by itself and throws at in the middle of the start.</summary>
    /// <exception cref="SettingException">One of them is no level.</exception>
    public static void DemandLogLevels(this IConfiguration configuration)
    {
        foreach (var (key, text) in configuration.GetSection("Logging").AsEnumerable())
            if (key.Contains(":LogLevel:", StringComparison.OrdinalIgnoreCase) && !string.IsNullOrEmpty(text) && !Enum.TryParse<LogLevel>(text, ignoreCase: true, out _))
                throw OutOfRange(key, text, $"one of {string.Join(", ", Enum.GetNames<LogLevel>())}");
    }

    private static SettingException OutOfRange(string key, string text, string range) =>
        new($"Setting {NameOf(key)} is \"{text}\"; it must be {range}.");

    private static string NameOf(string key) => key.Replace(":", "__", StringComparison.Ordinal);

    // A byte order mark and spaces without width come along from documents and web pages.
    private static bool IsAround(char character) =>
        char.IsWhiteSpace(character) || char.IsControl(character) || character is '\uFEFF' or '\u200B' or '\u200E' or '\u2060';
}
