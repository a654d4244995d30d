using System.Security.Cryptography;
using System.Text;

namespace FanzQueueFunctions.Standalone.Http;

/// <summary>
/// The keys that open functions, each from a setting: <c>FUNCTIONS_MASTER_KEY</c>, <c>FUNCTIONS_HOST_KEY</c>, and
/// <c>FUNCTIONS_KEY_&lt;function name&gt;</c>. A key that is not set, or is empty, opens nothing.
/// </summary>
internal sealed class FunctionKeys(IConfiguration settings)
{
    public const string MasterSetting = "FUNCTIONS_MASTER_KEY";
    public const string HostSetting = "FUNCTIONS_HOST_KEY";

    private readonly byte[]? _master = Hash(settings[MasterSetting]);
    private readonly byte[]? _host = Hash(settings[HostSetting]);

    public static string SettingOf(string function) => $"FUNCTIONS_KEY_{function}";

    /// <summary>Whether any key opens the function, so that it can be called at all.</summary>
    public bool AnyOpens(string function) => _master is not null || _host is not null || OwnOf(function) is not null;

    /// <summary>
    /// What the request's key opens: the header <c>x-functions-key</c>, and only where there is none the query's
    /// <c>code</c>.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="function">The function whose own key counts; null where none does.</param>
    public KeyLevel LevelOf(HttpRequest request, string? function = null)
    {
        var values = request.Headers.TryGetValue("x-functions-key", out var header) ? header : request.Query["code"];
        if (Hash(values.Count > 0 ? values[0] : null) is not { } given)
            return KeyLevel.None;
        // All are compared, so that the time taken tells nothing of which came near.
        var own = Same(given, function is null ? null : OwnOf(function));
        var host = Same(given, _host);
        var master = Same(given, _master);
        return master ? KeyLevel.Master : host ? KeyLevel.Host : own ? KeyLevel.Function : KeyLevel.None;
    }

    private byte[]? OwnOf(string function) => Hash(settings[SettingOf(function)]);

    private static bool Same(byte[] given, byte[]? key) =>
        CryptographicOperations.FixedTimeEquals(given, key ?? new byte[SHA256.HashSizeInBytes]) && key is not null;

    private static byte[]? Hash(string? key) =>
        string.IsNullOrEmpty(key) ? null : SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
