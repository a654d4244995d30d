using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace FanzQueueFunctions.Http;

/// <summary>
/// Who is signed in with Microsoft Entra ID, as App Service Authentication says it in headers that it sets, and takes from
/// requests that bring them along. Where it is not in front of the app anybody can write them: see <see cref="EntraId"/>.
/// </summary>
/// <param name="Name">As it is recorded: <c>ada@fanz.example (Entra ID 3f2b8c1e-…)</c>. At most 150 characters, none unseen.</param>
/// <param name="Roles">The app roles that were assigned.</param>
internal sealed record Principal(string Name, IReadOnlyList<string> Roles)
{
    private const string Provider = "aad";
    private const int LongestName = 100;

    // The type of a role as version 2.0 of the tokens has it; the role_typ that comes along often says otherwise.
    private const string RoleType = "roles";

    /// <returns>Null where nobody is signed in, or not by Entra ID, or a header is there twice or not what it must be.</returns>
    public static Principal? Of(IHeaderDictionary headers)
    {
        if (One(headers["X-MS-CLIENT-PRINCIPAL"]) is not { } claims || Decoded(claims) is not { AuthTyp: Provider } decoded)
            return null;
        if (!Guid.TryParseExact(One(headers["X-MS-CLIENT-PRINCIPAL-ID"]), "D", out var id))
            return null;
        var name = headers["X-MS-CLIENT-PRINCIPAL-NAME"];
        if (name.Count > 1)
            return null;
        return new(
            $"{Seen(name)} (Entra ID {id})",
            [.. (decoded.Claims ?? [])
                .Where(claim => claim?.Typ is { } type && (type == RoleType || type == decoded.RoleTyp))
                .Select(claim => claim!.Val)
                .OfType<string>()]);
    }

    private static string? One(StringValues values) => values is [{ } value] ? value : null;

    private static ClientPrincipal? Decoded(string header)
    {
        if (!Base64.IsValid(header))
            return null;
        try
        {
            return JsonSerializer.Deserialize(Convert.FromBase64String(header), HttpJson.Default.ClientPrincipal);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>A name is somebody's own choice: marks that turn or break a line, and what is too long, are left out.</summary>
    private static string Seen(string? name)
    {
        var letters = (name ?? "").Where(letter =>
            letter == ' ' || char.IsLetterOrDigit(letter) || char.IsPunctuation(letter) || char.IsSymbol(letter));
        return string.Concat(letters.Take(LongestName)).Trim() is { Length: > 0 } seen ? seen : "(no name)";
    }
}

/// <summary>The JSON in <c>X-MS-CLIENT-PRINCIPAL</c>, as far as it is used.</summary>
/// <param name="AuthTyp">The identity provider.</param>
/// <param name="RoleTyp">The type of the claims that are roles.</param>
internal sealed record ClientPrincipal(
    [property: JsonPropertyName("auth_typ")] string? AuthTyp,
    [property: JsonPropertyName("role_typ")] string? RoleTyp,
    [property: JsonPropertyName("claims")] IReadOnlyList<ClientClaim?>? Claims);

internal sealed record ClientClaim(
    [property: JsonPropertyName("typ")] string? Typ,
    [property: JsonPropertyName("val")] string? Val);
