using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FanzQueueFunctions.Testbed.Postgrest;

/// <summary>Tokens as PostgREST reads them: signed with HS256, the role in the claim <c>role</c>.</summary>
public static class Jwt
{
    // PostgREST lets clocks differ by 30 seconds.
    private static readonly TimeSpan AllowedSkew = TimeSpan.FromSeconds(30);

    private static readonly JsonWriterOptions AsWritten =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A signed token for a role, as Supabase's legacy <c>anon</c> and <c>service_role</c> keys are.</summary>
    /// <param name="role">The database role.</param>
    /// <param name="secret">The secret that the verifier knows.</param>
    /// <param name="expires">When it ends; null: never.</param>
    public static string Sign(string role, string secret, DateTimeOffset? expires = null)
    {
        var claims = Write(json =>
        {
            json.WriteString("role", role);
            if (expires is { } end)
                json.WriteNumber("exp", end.ToUnixTimeSeconds());
        });
        var header = """{"alg":"HS256","typ":"JWT"}"""u8;
        var signed = $"{Base64Url.EncodeToString(header)}.{Base64Url.EncodeToString(claims)}";
        return $"{signed}.{Base64Url.EncodeToString(Signature(signed, secret))}";
    }

    /// <summary>The claims of a token that is signed with the secret and valid at this time.</summary>
    /// <exception cref="PostgrestException">It is not; with PostgREST's code and words.</exception>
    internal static Dictionary<string, JsonElement> Verify(string token, string secret, DateTimeOffset now)
    {
        if (token is "")
            throw PostgrestException.Undecodable("Empty JWT is sent in Authorization header");
        var parts = token.Split('.');
        if (parts.Length != 3)
            throw PostgrestException.Undecodable($"Expected 3 parts in JWT; got {parts.Length}");

        VerifySignature(parts, secret);
        var claims = Decode(parts[1]) ?? throw PostgrestException.InvalidClaims("Parsing claims failed");
        if (Seconds(claims, "exp") is { } expires && now - AllowedSkew > expires)
            throw PostgrestException.InvalidClaims("JWT expired");
        if (Seconds(claims, "nbf") is { } notBefore && now + AllowedSkew < notBefore)
            throw PostgrestException.InvalidClaims("JWT not yet valid");
        if (Seconds(claims, "iat") is { } issuedAt && now + AllowedSkew < issuedAt)
            throw PostgrestException.InvalidClaims("JWT issued at future");
        return claims;
    }

    /// <summary>The claims with the role settled on, as <c>request.jwt.claims</c> shows them: sorted by name.</summary>
    internal static string ClaimsJson(Dictionary<string, JsonElement> claims, string role) =>
        Encoding.UTF8.GetString(Write(json =>
        {
            foreach (var name in claims.Keys.Append("role").Distinct().Order(StringComparer.Ordinal))
            {
                json.WritePropertyName(name);
                if (name is "role")
                    json.WriteStringValue(role);
                else
                    claims[name].WriteTo(json);
            }
        }));

    private static void VerifySignature(string[] parts, string secret)
    {
        var header = Decode(parts[0]);
        if (header is null || !header.TryGetValue("alg", out var algorithm))
            throw PostgrestException.Undecodable("JWT cryptographic operation failed");
        if (algorithm.ValueEquals("none"))
            throw PostgrestException.Undecodable("Wrong or unsupported encoding algorithm",
                "JWT is unsecured but expected 'alg' was not 'none'");
        var signature = Encoding.ASCII.GetBytes(Base64Url.EncodeToString(Signature($"{parts[0]}.{parts[1]}", secret)));
        if (!algorithm.ValueEquals("HS256") ||
            !CryptographicOperations.FixedTimeEquals(signature, Encoding.UTF8.GetBytes(parts[2])))
            throw PostgrestException.Undecodable("No suitable key or wrong key type",
                "None of the keys was able to decode the JWT");
    }

    private static byte[] Signature(string signed, string secret) =>
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(signed));

    private static Dictionary<string, JsonElement>? Decode(string part)
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(Base64Url.DecodeFromChars(part));
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return null;
        }
    }

    private static DateTimeOffset? Seconds(Dictionary<string, JsonElement> claims, string name)
    {
        if (!claims.TryGetValue(name, out var claim) || claim.ValueKind is JsonValueKind.Null)
            return null;
        if (claim.ValueKind is not JsonValueKind.Number)
            throw PostgrestException.InvalidClaims($"The JWT '{name}' claim must be a number");
        var latest = DateTimeOffset.MaxValue.ToUnixTimeSeconds();
        return DateTimeOffset.FromUnixTimeSeconds((long)Math.Clamp(claim.GetDouble(), 0, latest));
    }

    private static byte[] Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, AsWritten))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }
}
