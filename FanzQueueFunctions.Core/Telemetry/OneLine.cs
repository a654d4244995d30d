namespace FanzQueueFunctions.Telemetry;

/// <summary>Brings text that people wrote onto one line of at most 300 characters, with a space for what is not to be printed.</summary>
internal static class OneLine
{
    private const int Longest = 300;

    public static string Of(string text)
    {
        var kept = text.Length > Longest ? string.Concat(text.AsSpan(0, Longest), "…") : text;
        return kept.AsSpan().ContainsAny(Unprintable.Characters)
            ? string.Create(kept.Length, kept, (line, from) => from.AsSpan().ReplaceAny(line, Unprintable.Characters, ' '))
            : kept;
    }
}
