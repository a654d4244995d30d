using System.Text;
using FanzQueueFunctions.Testbed.Postgrest;

namespace FanzQueueFunctions.Chaos;

/// <summary>The keys and passwords of a run, each unlike anything else, so that one that gets out is found.</summary>
internal sealed class Secrets(int seed)
{
    private readonly Random _random = new(seed);
    private readonly List<string> _all = [];

    /// <summary>A new password. Its "@" and "/" are written otherwise in a URI: both forms are looked for.</summary>
    public string Password()
    {
        var password = $"pw@{Letters(16)}/{Letters(8)}";
        _all.AddRange([password, Uri.EscapeDataString(password), password[3..19]]);
        return password;
    }

    /// <summary>A new key, such as a function key.</summary>
    public string Key(string prefix)
    {
        var key = $"{prefix}{Letters(32)}";
        _all.AddRange([key, key[prefix.Length..]]);
        return key;
    }

    /// <summary>A JWT for <c>service_role</c>. Its signature alone counts as the secret as well.</summary>
    public string ServiceRoleToken(string jwtSecret)
    {
        var token = Jwt.Sign("service_role", jwtSecret);
        _all.AddRange([token, token[(token.LastIndexOf('.') + 1)..]]);
        return token;
    }

    /// <summary>Whether a secret stands in the text.</summary>
    public bool IsIn(string text) => _all.Any(secret => text.Contains(secret, StringComparison.Ordinal));

    /// <summary>The text with every secret made unreadable, to be shown.</summary>
    public string Mask(string text) =>
        _all.Aggregate(text, (masked, secret) => masked.Replace(secret, "***", StringComparison.Ordinal));

    private string Letters(int count)
    {
        var letters = new StringBuilder(count);
        while (letters.Length < count)
            letters.Append("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"[_random.Next(56)]);
        return letters.ToString();
    }
}
