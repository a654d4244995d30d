using System.Text;
using System.Text.Json;

namespace FanzQueueFunctions.Testbed;

/// <summary>What App Service Authentication does to an app that it stands in front of: its settings, its headers.</summary>
public static class EasyAuth
{
    public const string Id = "3f2b8c1e-0000-4000-8000-000000000001";

    /// <summary>As Azure sets them where it is on.</summary>
    public static readonly (string Name, string? Value)[] Settings =
        [("WEBSITE_AUTH_ENABLED", "True"), ("WEBSITE_SITE_NAME", "fanz-queue")];

    /// <summary>As it sets them on the requests of who is signed in.</summary>
    public static Dictionary<string, string> HeadersOf(string name, params string[] roles) => new()
    {
        ["X-MS-CLIENT-PRINCIPAL"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new
        {
            auth_typ = "aad",
            claims = (object[])
            [
                new { typ = "iss", val = "https://login.microsoftonline.com/9f2b8c1e-0000-4000-8000-000000000009/v2.0" },
                new { typ = "preferred_username", val = name },
                new { typ = "http://schemas.microsoft.com/identity/claims/objectidentifier", val = Id },
                .. roles.Select(role => new { typ = "roles", val = role }),
            ],
            name_typ = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
            role_typ = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role",
        }))),
        ["X-MS-CLIENT-PRINCIPAL-ID"] = Id,
        ["X-MS-CLIENT-PRINCIPAL-NAME"] = name,
        ["X-MS-CLIENT-PRINCIPAL-IDP"] = "aad",
    };
}
