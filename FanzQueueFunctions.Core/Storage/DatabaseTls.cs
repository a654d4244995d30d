using System.Net;
using FanzQueueFunctions.Processing;
using Npgsql;

namespace FanzQueueFunctions.Storage;

/// <summary>
/// How a connection to the database must be protected: on this machine as it pleases; to any other by TLS, and with SCRAM,
/// so that the password itself is never sent.
/// </summary>
internal static class DatabaseTls
{
    /// <summary>Sets what is not said, and refuses what would not protect the password.</summary>
    /// <exception cref="SettingException">The sentence names the setting, never the password.</exception>
    public static void Demand(NpgsqlConnectionStringBuilder builder)
    {
        if (builder.RootCertificate is { } root)
            DemandRoot(builder, root);
        if (builder.Host!.Split(',').All(IsHere))
            return;

        if (!builder.ShouldSerialize("SSL Mode"))
            builder.SslMode = SslMode.Require;
        if (builder.SslMode < SslMode.Require)
            throw new SettingException(
                $"DATABASE_URL has the sslmode {builder.SslMode.ToString().ToLowerInvariant()}, which sends the password and all " +
                "posts unencrypted where the server does not do otherwise. Set require, or verify-full with sslrootcert.");
        if (!builder.ShouldSerialize("Require Auth"))
            builder.RequireAuth = "ScramSHA256";
    }

    /// <summary>Whether a host is this machine, so that nobody stands between.</summary>
    public static bool IsHere(string host) =>
        host.StartsWith('/')
        || host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address)
        // Where several are named, each has its port behind it.
        || host.Split(':') is [var name, _] && IsHere(name);

    // As libpq does: with a root certificate require verifies too, and "system" means the machine's own roots and all of it.
    private static void DemandRoot(NpgsqlConnectionStringBuilder builder, string root)
    {
        if (root == "system")
        {
            if (builder.ShouldSerialize("SSL Mode") && builder.SslMode != SslMode.VerifyFull)
                throw new SettingException("DATABASE_URL has sslrootcert=system, which goes with the sslmode verify-full alone.");
            builder.RootCertificate = null;
            builder.SslMode = SslMode.VerifyFull;
            return;
        }

        if (!File.Exists(root))
            throw new SettingException("DATABASE_URL names a file in sslrootcert that is not there, or may not be read.");
        if (!builder.ShouldSerialize("SSL Mode") || builder.SslMode == SslMode.Require)
            builder.SslMode = SslMode.VerifyCA;
    }
}
