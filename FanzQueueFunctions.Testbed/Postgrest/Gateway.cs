using System.Text;
using Microsoft.AspNetCore.Http;

namespace FanzQueueFunctions.Testbed.Postgrest;

/// <summary>The opaque keys that Supabase gives a project beside its two legacy keys, which are JWTs.</summary>
/// <param name="Secret">The <c>sb_secret_…</c> key: stands for the role <c>service_role</c>.</param>
/// <param name="Publishable">The <c>sb_publishable_…</c> key: stands for the role <c>anon</c>.</param>
public sealed record GatewayKeys(string? Secret = null, string? Publishable = null);

/// <summary>
/// Supabase's API gateway, as far as it concerns keys, by the rule of its self-hosted Kong: every request needs an
/// <c>apikey</c>; an <c>Authorization</c> that carries no opaque key passes as it is; otherwise PostgREST gets a JWT of
/// the key's role, or the apikey itself where that is a JWT.
/// </summary>
/// <remarks>The real one knows its two legacy keys by value; this one takes every JWT that the secret signed.</remarks>
internal sealed class Gateway(GatewayKeys keys, string jwtSecret, TimeProvider time)
{
    private readonly string _serviceRole = $"Bearer {Jwt.Sign("service_role", jwtSecret)}";
    private readonly string _anonymous = $"Bearer {Jwt.Sign("anon", jwtSecret)}";

    /// <summary>The <c>Authorization</c> that PostgREST gets to see, or the gateway's own refusal.</summary>
    public (string? Authorization, Answer? Refusal) Admit(HttpRequest request)
    {
        var key = request.Headers["apikey"].ToString();
        if (key is "")
            return (null, Refuse("No API key found in request", "No `apikey` request header or url param was found."));

        var role = key == keys.Secret ? _serviceRole : key == keys.Publishable ? _anonymous : null;
        if (role is null && !IsSignedJwt(key))
            return (null, Refuse("Invalid API key", "Double check your Supabase `anon` or `service_role` API key."));

        var authorization = request.Headers.Authorization.ToString();
        return authorization is "" || authorization.StartsWith("Bearer sb_", StringComparison.Ordinal)
            ? (role ?? $"Bearer {key}", null)
            : (authorization, null);
    }

    private bool IsSignedJwt(string key)
    {
        try
        {
            Jwt.Verify(key, jwtSecret, time.GetUtcNow());
            return true;
        }
        catch (PostgrestException)
        {
            return false;
        }
    }

    private static Answer Refuse(string message, string hint) => new(StatusCodes.Status401Unauthorized)
    {
        ContentType = Answer.Json,
        Body = Encoding.UTF8.GetBytes($$"""{"message":"{{message}}","hint":"{{hint}}"}"""),
    };
}
