using System.Net;
using System.Text.RegularExpressions;
using FanzQueueFunctions.Processing;
using Npgsql;

namespace FanzQueueFunctions.Storage;

/// <summary>
/// Reads <c>DATABASE_URL</c>: a <c>postgres://</c> URI as libpq, Supabase and Render write it
/// (https://www.postgresql.org/docs/15/libpq-connect.html), or an Npgsql connection string. What can be read in two ways is
/// refused: the wrong one prints a part of the password as the server's name, and asks DNS for it.
/// </summary>
internal static partial class DatabaseUrl
{
    /// <exception cref="SettingException">
    /// Not a connection string, or one that would send the password unencrypted; the message does not repeat it.
    /// </exception>
    public static string ToConnectionString(string text)
    {
        var builder = Read(text);
        if (string.IsNullOrEmpty(builder.Host))
            throw Refused("it names no host");
        // Both are printed.
        if (!builder.Host.Split(',').All(IsHost) || builder.Database?.Any(char.IsControl) is true)
            throw Refused("the host or the database that it names is no name");

        DatabaseTls.Demand(builder);
        // A transaction pooler hands out another session for each statement: nothing may be kept or reset.
        builder.NoResetOnClose = true;
        builder.MaxAutoPrepare = 0;
        builder.Multiplexing = false;
        builder.Enlist = false;
        builder.IncludeErrorDetail = false;
        builder.PersistSecurityInfo = false;
        builder.ApplicationName ??= "FanzQueueFunctions";
        if (!builder.ShouldSerialize("Maximum Pool Size"))
            builder.MaxPoolSize = Math.Max(5, builder.MinPoolSize);
        Try(builder);
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

    /// <summary>Npgsql looks at how the parts go together only where it is to connect.</summary>
    private static void Try(NpgsqlConnectionStringBuilder builder)
    {
        try
        {
            var source = new NpgsqlSlimDataSourceBuilder(builder.ConnectionString);
            source.EnableTransportSecurity();
            source.Build().Dispose();
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or NotSupportedException)
        {
            throw Refused(
                builder.MinPoolSize > builder.MaxPoolSize
                    ? "its Minimum Pool Size is above its Maximum Pool Size"
                    : "its parts do not go together");
        }
    }

    private static NpgsqlConnectionStringBuilder FromUri(string text)
    {
        var uri = Uri().Match(text);
        if (!uri.Success)
            throw Refused(
                "it can be read in more than one way. Write what is special in user, password or database percent-encoded: " +
                "@ %40, : %3A, / %2F, # %23, ? %3F, % %25, [ %5B, ] %5D, a space %20");
        var host = uri.Groups["host"].Value.Trim('[', ']');
        if (!uri.Groups["user"].Success && !DatabaseTls.IsHere(host))
            throw Refused("it names no user");

        var builder = new NpgsqlConnectionStringBuilder
        {
            Host = host,
            Port = Port(uri.Groups["port"]),
            Username = Decoded(uri.Groups["user"]),
            Password = Decoded(uri.Groups["password"]),
            Database = Decoded(uri.Groups["database"]),
        };

        foreach (var pair in uri.Groups["query"].Value.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            Apply(builder, System.Uri.UnescapeDataString(parts[0]), System.Uri.UnescapeDataString(parts.ElementAtOrDefault(1) ?? ""));
        }

        return builder;
    }

    private static void Apply(NpgsqlConnectionStringBuilder builder, string parameter, string value)
    {
        switch (parameter)
        {
            case "sslmode":
                builder.SslMode = OneOf<SslMode>(parameter, value);
                break;
            case "sslrootcert":
                builder.RootCertificate = value;
                break;
            case "channel_binding":
                builder.ChannelBinding = OneOf<ChannelBinding>(parameter, value);
                break;
            case "gssencmode":
                if (OneOf<GssEncryptionMode>(parameter, value) == GssEncryptionMode.Require)
                    throw Refused("its gssencmode is require, and this app encrypts by TLS alone: leave it out");
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
                    "it has a parameter other than sslmode, sslrootcert, channel_binding, gssencmode, application_name, " +
                    "connect_timeout and options");
        }
    }

    /// <summary>A value of libpq's as Npgsql names it: <c>verify-full</c> is VerifyFull.</summary>
    private static T OneOf<T>(string parameter, string value) where T : struct, Enum
    {
        foreach (var known in Enum.GetValues<T>())
            if (string.Equals(known.ToString(), value.Replace("-", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase))
                return known;
        throw Refused(parameter == "sslmode"
            ? "its sslmode is none of disable, allow, prefer, require, verify-ca, verify-full"
            : $"its {parameter} is none of disable, prefer, require");
    }

    private static int Port(Group port) =>
        !port.Success ? NpgsqlConnection.DefaultPort
        : ushort.TryParse(port.ValueSpan, out var number) && number > 0 ? number
        : throw Refused("its port is no number from 1 to 65535");

    private static string? Decoded(Group part) =>
        part.Length == 0 ? null : System.Uri.UnescapeDataString(part.Value);

    // A name, an address, a folder with a socket; with a port behind it where several are named.
    private static bool IsHost(string host) =>
        host.StartsWith('/') || IPAddress.TryParse(host, out _) || HostName().IsMatch(host);

    private static SettingException Refused(string reason) => new(
        "DATABASE_URL is neither a postgres://user:password@host:port/database URI nor an Npgsql connection string: " +
        $"{reason}.");

    // One @ at most, and it stands before everything that ends a host: whatever else is written, the host is the host.
    [GeneratedRegex(
        @"\Apostgres(ql)?://((?<user>[^\s:@/?#\[\]\\]+)(:(?<password>[^\s@/?#\[\]\\]*))?@)?" +
        @"(?<host>\[[0-9A-Fa-f:.]+\]|[\w.-]+)(:(?<port>[0-9]+))?(/(?<database>[^\s@/?#]*))?(\?(?<query>[^\s@#?]*))?\z",
        RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Uri();

    [GeneratedRegex(@"\A[\w.-]+(:[0-9]{1,5})?\z")]
    private static partial Regex HostName();
}
