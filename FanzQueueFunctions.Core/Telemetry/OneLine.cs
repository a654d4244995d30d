namespace FanzQueueFunctions.Telemetry;

/// <summary>Brings text that people wrote onto one line of at most 300 characters, with a space for what is not to be printed.</summary>
internal static class OneLine
{
    private const int Longest = 300;

    public static string Of(string text) =>
        Whole(text.Length > Longest ? string.Concat(text.AsSpan(0, Longest), "…") : text);

    /// <summary>The same of a text that is to stay as long as it is.</summary>
    public static string Whole(string text) => text.AsSpan().ContainsAny(Unprintable.Characters)
        ? string.Create(text.Length, text, (line, from) => from.AsSpan().ReplaceAny(line, Unprintable.Characters, ' '))
        : text;
}
