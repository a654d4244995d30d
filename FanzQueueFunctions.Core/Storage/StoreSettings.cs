using FanzQueueFunctions.Processing;
using Microsoft.Extensions.Configuration;

namespace FanzQueueFunctions.Storage;

/// <summary>Which transport the settings ask for: exactly one of the two is set.</summary>
internal sealed record StoreSettings
{
    /// <summary><c>DATABASE_URL</c> as an Npgsql connection string: the direct transport.</summary>
    public string? ConnectionString { get; private init; }

    /// <summary><c>SUPABASE_URL</c> and <c>SUPABASE_SERVICE_ROLE_KEY</c>: the REST transport.</summary>
    public SupabaseProject? Supabase { get; private init; }

    /// <summary>What people call it.</summary>
    public required DatabaseName Name { get; init; }

    /// <summary>Whether both were set; <c>DATABASE_URL</c> wins.</summary>
    public bool IgnoredSupabase { get; private init; }

    /// <exception cref="SettingException">Nothing is set, or what is set is wrong.</exception>
    public static StoreSettings Read(IConfiguration configuration)
    {
        var databaseUrl = configuration.ReadText("DATABASE_URL");
        var url = configuration.ReadText("SUPABASE_URL");
        var key = configuration.ReadText("SUPABASE_SERVICE_ROLE_KEY");
        var supabaseSet = url is not null || key is not null;

        if (databaseUrl is not null)
        {
            var connectionString = DatabaseUrl.ToConnectionString(databaseUrl);
            return new()
            {
                ConnectionString = connectionString,
                IgnoredSupabase = supabaseSet,
                Name = DatabaseName.Read(configuration, DatabaseUrl.Describe(connectionString)),
            };
        }

        if (supabaseSet)
        {
            var project = SupabaseProject.Read(url, key, DateTimeOffset.UtcNow);
            return new() { Supabase = project, Name = DatabaseName.Read(configuration, project.RpcUrl.Authority) };
        }

        throw new SettingException(
            "No database is set. Set SUPABASE_URL and SUPABASE_SERVICE_ROLE_KEY, or DATABASE_URL.");
    }

    // A record prints its members; the connection string must not be among them.
    public override string ToString() => Supabase is null ? "DATABASE_URL" : Supabase.ToString();
}
