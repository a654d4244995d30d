using FanzQueueFunctions.Processing;
using Npgsql;

namespace FanzQueueFunctions.Storage;

/// <summary>
/// Reads <c>DATABASE_URL</c>: a <c>postgres://</c> URI as libpq, Supabase and Render write it
/// (https://www.postgresql.org/docs/15/libpq-connect.html), or an Npgsql connection string.
/// </summary>
internal static class DatabaseUrl
{
    /// <exception cref="SettingException">Not a connection string; the message does not repeat it.</exception>
    public static string ToConnectionString(string text)
    {
        var builder = Read(text);
        if (string.IsNullOrEmpty(builder.Host))
            throw Refused("it names no host");

        // A transaction pooler hands out another session for each statement: nothing may be kept or reset.
        builder.NoResetOnClose = true;
        builder.MaxAutoPrepare = 0;
        builder.Multiplexing = false;
        builder.Enlist = false;
        builder.IncludeErrorDetail = false;
        builder.PersistSecurityInfo = false;
        builder.ApplicationName ??= "FanzQueueFunctions";
        if (!builder.ShouldSerialize("Maximum Pool Size"))
            builder.MaxPoolSize = 5;
        return builder.ConnectionString;
    }

    /// <summary>Host, port and database, for the log.</summary>
    public static string Describe(string connectionString)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        return $"{builder.Host}:{builder.Port}/{builder.Database ?? builder.Username}";
    }

    private static NpgsqlConnectionStringBuilder Read(string text)
    {
        try
        {
            return text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase)
                || text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase)
                ? FromUri(text)
                : new NpgsqlConnectionStringBuilder(text);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or KeyNotFoundException)
        {
            // Npgsql's own message may repeat a part of the text, in which the password stands.
            throw Refused("a part of it is not understood");
        }
    }

    private static NpgsqlConnectionStringBuilder FromUri(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri))
            throw Refused("it is not a valid URI");

        var user = uri.UserInfo.Split(':', 2);
        var builder = new NpgsqlConnectionStringBuilder
        {
            Host = uri.DnsSafeHost,
            Port = uri.Port > 0 ? uri.Port : NpgsqlConnection.DefaultPort,
            Username = NullIfEmpty(Uri.UnescapeDataString(user[0])),
            Password = user.Length > 1 ? Uri.UnescapeDataString(user[1]) : null,
            Database = NullIfEmpty(Uri.UnescapeDataString(uri.AbsolutePath.TrimStart('/'))),
        };

        foreach (var pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            Apply(builder, Uri.UnescapeDataString(parts[0]), Uri.UnescapeDataString(parts.ElementAtOrDefault(1) ?? ""));
        }

        return builder;
    }

    private static void Apply(NpgsqlConnectionStringBuilder builder, string parameter, string value)
    {
        switch (parameter)
        {
            case "sslmode":
                builder.SslMode = Enum.TryParse<SslMode>(
                    value.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var mode)
                    ? mode
                    : throw Refused("its sslmode is none of disable, allow, prefer, require, verify-ca, verify-full");
                break;
            case "sslrootcert":
                builder.RootCertificate = value;
                break;
            case "application_name":
                builder.ApplicationName = value;
                break;
            case "connect_timeout":
                builder.Timeout = int.TryParse(value, out var seconds) && seconds is >= 0 and <= 1024
                    ? seconds
                    : throw Refused("its connect_timeout is no number of seconds from 0 to 1024");
                break;
            case "options":
                builder.Options = value;
                break;
            // Written for other clients' pools; this app keeps no prepared statements anyway.
            case "pgbouncer" or "connection_limit" or "pool_timeout" or "supa":
                break;
            default:
                throw Refused(
                    "it has a parameter other than sslmode, sslrootcert, application_name, connect_timeout and options");
        }
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    private static SettingException Refused(string reason) => new(
        "DATABASE_URL is neither a postgres://user:password@host:port/database URI nor an Npgsql connection string: " +
        $"{reason}.");
}
