namespace FanzQueueFunctions.Operations;

/// <summary>What is asked of every text in a request.</summary>
internal static class RequestText
{
    /// <exception cref="RefusedRequestException">It is empty or too long, or has a NUL, which PostgreSQL cannot store.</exception>
    public static void Check(string name, string? text, int longest)
    {
        if (text is null)
            return;
        if (text.Length == 0 || text.Length > longest || text.Contains('\0', StringComparison.Ordinal))
            throw new RefusedRequestException($"{name} must be a text of 1 to {longest} characters without a NUL.");
    }

    /// <summary>The same for a name that may be empty, as a platform's may that somebody wrote.</summary>
    /// <exception cref="RefusedRequestException">It is too long or has a NUL.</exception>
    public static void CheckName(string name, string? text, int longest)
    {
        if (text?.Length > 0)
            Check(name, text, longest);
    }

    /// <summary>A caller's own text, short enough to be repeated to them.</summary>
    public static string Shortened(string text) => text.Length > 50 ? string.Concat(text.AsSpan(0, 50), "…") : text;
}
