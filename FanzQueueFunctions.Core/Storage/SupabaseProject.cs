using System.Buffers.Text;
using System.Text.Json;
using FanzQueueFunctions.Processing;

namespace FanzQueueFunctions.Storage;

/// <summary>The Supabase project that <c>SUPABASE_URL</c> and <c>SUPABASE_SERVICE_ROLE_KEY</c> name, checked.</summary>
internal sealed record SupabaseProject
{
    private const string OpaqueKey = "sb_secret_";

    private SupabaseProject(Uri rpcUrl, string key) => (RpcUrl, Key) = (rpcUrl, key);

    /// <summary>Where the SQL functions are served; ends with a slash.</summary>
    public Uri RpcUrl { get; }

    public string Key { get; }

    /// <summary>Whether the key is one of Supabase's opaque ones, which are no tokens.</summary>
    public bool HasOpaqueKey => Key.StartsWith(OpaqueKey, StringComparison.Ordinal);

    // A record prints its members; the key must not be among them.
    public override string ToString() => RpcUrl.GetLeftPart(UriPartial.Authority);

    /// <exception cref="SettingException">
    /// The URL or the key is missing or not fit; the sentence names which, and never repeats the key.
    /// </exception>
    public static SupabaseProject Read(string? url, string? key, DateTimeOffset now)
    {
        if (url is null)
            throw new SettingException(
                "SUPABASE_SERVICE_ROLE_KEY is set but SUPABASE_URL is not. Set it to https://<project>.supabase.co.");
        if (key is null)
            throw new SettingException(
                "SUPABASE_URL is set but SUPABASE_SERVICE_ROLE_KEY is not. Set it to the project's service_role key.");

        CheckKey(key, now);
        return new SupabaseProject(ReadUrl(url), key);
    }

    private static Uri ReadUrl(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http"))
            throw new SettingException("SUPABASE_URL is not a URL. Set it to https://<project>.supabase.co.");
        if (url.Scheme == "http" && !url.IsLoopback)
            throw new SettingException(
                $"SUPABASE_URL is http://{url.Host}, which would send the key unencrypted. Use https.");
        if (url.UserInfo.Length > 0 || url.Query.Length > 0 || url.Fragment.Length > 0)
            throw new SettingException(
                "SUPABASE_URL must be the project's address alone, without user, query or fragment.");
        return new Uri($"{url.GetLeftPart(UriPartial.Path).TrimEnd('/')}/rest/v1/rpc/");
    }

    private static void CheckKey(string key, DateTimeOffset now)
    {
        // As the dashboard shows a key that is not revealed.
        if (!key.All(IsOfKeys))
            throw new SettingException(
                "SUPABASE_SERVICE_ROLE_KEY has characters that no key has; it may have been copied while it was hidden. Reveal " +
                "the key in the project's API settings and copy it.");
        if (key.StartsWith(OpaqueKey, StringComparison.Ordinal))
            return;
        if (key.StartsWith("sb_publishable_", StringComparison.Ordinal))
            throw new SettingException(
                "SUPABASE_SERVICE_ROLE_KEY is a publishable key, which may not work the queue. Use the service_role " +
                "key or an sb_secret_ key.");

        var (role, expiresAt) = ReadClaims(key);
        if (role != "service_role")
            throw new SettingException(
                $"SUPABASE_SERVICE_ROLE_KEY is a key of the role {Quoted(role)}, which may not work the queue. Use the " +
                "service_role key or an sb_secret_ key.");
        if (expiresAt <= now)
            throw new SettingException(
                $"SUPABASE_SERVICE_ROLE_KEY expired at {expiresAt:yyyy-MM-ddTHH:mm:ssZ}. Use the project's current key.");
    }

    /// <summary>Reads a JWT's claims; the signature is for Supabase to check.</summary>
    private static (string? Role, DateTimeOffset? ExpiresAt) ReadClaims(string key)
    {
        try
        {
            var parts = key.Split('.');
            if (parts.Length != 3)
                throw new FormatException();

            using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
            var role = claims.RootElement.TryGetProperty("role", out var claim) ? claim.GetString() : null;
            DateTimeOffset? expiresAt = claims.RootElement.TryGetProperty("exp", out var exp)
                ? DateTimeOffset.FromUnixTimeSeconds((long)Math.Clamp(exp.GetDouble(), 0, 253402300799))
                : null;
            return (role, expiresAt);
        }
        catch (Exception exception) when (exception is FormatException or JsonException or InvalidOperationException)
        {
            throw new SettingException(
                "SUPABASE_SERVICE_ROLE_KEY is neither a JWT nor an sb_secret_ key. Copy the service_role key from the " +
                "project's API settings.");
        }
    }

    private static bool IsOfKeys(char character) => char.IsAsciiLetterOrDigit(character) || character is '.' or '-' or '_' or '=';

    private static string Quoted(string? role) => role is null ? "(none)" : $"\"{role}\"";
}
