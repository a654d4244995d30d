using System.Security.Cryptography;
using System.Text;
using FanzQueueFunctions.Processing;

namespace FanzQueueFunctions.Standalone.Http;

/// <summary>
/// The keys that open functions, each from a setting: <c>FUNCTIONS_MASTER_KEY</c>, <c>FUNCTIONS_HOST_KEY</c>, and
/// <c>FUNCTIONS_KEY_&lt;function name&gt;</c>. A key that is not set, or is empty, opens nothing.
/// </summary>
internal sealed class FunctionKeys
{
    public const string MasterSetting = "FUNCTIONS_MASTER_KEY";
    public const string HostSetting = "FUNCTIONS_HOST_KEY";

    /// <summary>A shorter one can be guessed.</summary>
    private const int ShortestKey = 8;

    private const string OwnSetting = "FUNCTIONS_KEY_";

    private readonly Dictionary<string, byte[]> _own = new(StringComparer.OrdinalIgnoreCase);
    private byte[]? _master;
    private byte[]? _host;

    private FunctionKeys()
    {
    }

    /// <summary>Whether there is any key at all.</summary>
    public bool AnySet => _master is not null || _host is not null || _own.Count > 0;

    public static string SettingOf(string function) => OwnSetting + function;

    /// <exception cref="SettingException">A key is too short; it is not repeated.</exception>
    public static FunctionKeys Read(IConfiguration settings)
    {
        var keys = new FunctionKeys { _master = Key(settings, MasterSetting), _host = Key(settings, HostSetting) };
        foreach (var function in Endpoints.Keyed)
            if (Key(settings, SettingOf(function)) is { } own)
                keys._own[function] = own;
        return keys;
    }

    /// <summary>Whether any key opens the function, so that it can be called at all.</summary>
    public bool AnyOpens(string function) => _master is not null || _host is not null || _own.ContainsKey(function);

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
        var own = Same(given, function is null ? null : _own.GetValueOrDefault(function));
        var host = Same(given, _host);
        var master = Same(given, _master);
        return master ? KeyLevel.Master : host ? KeyLevel.Host : own ? KeyLevel.Function : KeyLevel.None;
    }

    private static byte[]? Key(IConfiguration settings, string setting) => settings.ReadText(setting) switch
    {
        { Length: < ShortestKey } => throw new SettingException(
            $"{setting} is shorter than {ShortestKey} characters, and can be guessed. Set a random one: openssl rand -hex 32"),
        var key => Hash(key),
    };

    private static bool Same(byte[] given, byte[]? key) =>
        CryptographicOperations.FixedTimeEquals(given, key ?? new byte[SHA256.HashSizeInBytes]) && key is not null;

    private static byte[]? Hash(string? key) =>
        string.IsNullOrEmpty(key) ? null : SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
