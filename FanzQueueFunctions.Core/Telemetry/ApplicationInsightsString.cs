namespace FanzQueueFunctions.Telemetry;

/// <summary>
/// Looks at Application Insights' connection string before its libraries do, which throw at a wrong one in the middle of the
/// app's start: <c>InstrumentationKey=…;IngestionEndpoint=https://…/</c>.
/// </summary>
internal static class ApplicationInsightsString
{
    /// <returns>What is wrong with it; null where nothing is. It is not repeated: it may be another secret, pasted here.</returns>
    public static string? FaultOf(string text)
    {
        var parts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var part in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            if (part.Split('=', 2) is not [{ Length: > 0 } name, { Length: > 0 } value] || !parts.TryAdd(name.TrimEnd(), value.TrimStart()))
                return "a part of it is not name=value, or is there twice";
        if (!Guid.TryParseExact(parts.GetValueOrDefault("InstrumentationKey"), "D", out _))
            return "it has no InstrumentationKey, which is an id";
        return parts.Any(part => part.Key.EndsWith("Endpoint", StringComparison.OrdinalIgnoreCase) && !IsAddress(part.Value))
            ? "an endpoint in it is no address"
            : null;
    }

    private static bool IsAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps);
}
