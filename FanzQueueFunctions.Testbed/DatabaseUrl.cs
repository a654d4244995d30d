using Npgsql;

namespace FanzQueueFunctions.Testbed;

/// <summary>The setting <c>DATABASE_URL</c>: a <c>postgres://</c> URI, or Npgsql's own connection string.</summary>
internal static class DatabaseUrl
{
    /// <summary>The same as Npgsql's connection string.</summary>
    /// <exception cref="UriFormatException">It begins like a URI and is none.</exception>
    public static string ToConnectionString(string value)
    {
        if (!value.StartsWith("postgres://", StringComparison.Ordinal) &&
            !value.StartsWith("postgresql://", StringComparison.Ordinal))
            return value;

        var uri = new Uri(value);
        var login = uri.UserInfo.Split(':', 2);
        var connection = new NpgsqlConnectionStringBuilder
        {
            Host = uri.Host,
            Port = uri.Port > 0 ? uri.Port : 5432,
            Username = Uri.UnescapeDataString(login[0]),
            Password = login.Length > 1 ? Uri.UnescapeDataString(login[1]) : null,
            Database = Uri.UnescapeDataString(uri.AbsolutePath.TrimStart('/')),
        };
        foreach (var pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            connection[Uri.UnescapeDataString(parts[0])] = Uri.UnescapeDataString(parts.ElementAtOrDefault(1) ?? "");
        }
        return connection.ConnectionString;
    }
}
