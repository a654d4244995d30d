using FanzQueueFunctions.Testbed;
using Npgsql;

namespace FanzQueueFunctions.Chaos;

/// <summary>
/// The PostgreSQL of a run: durable as it comes, with commit times kept, the migrations and <c>chaos.sql</c> applied,
/// and logins of their own for the workers, whose passwords are really asked for.
/// </summary>
internal sealed class ChaosDatabase : IAsyncDisposable
{
    public const string Name = "fanz";

    private ChaosDatabase(PostgresServer server, TestDatabase sql) => (Server, Sql) = (server, sql);

    public PostgresServer Server { get; }

    /// <summary>The driver's own way in.</summary>
    public TestDatabase Sql { get; }

    /// <param name="migrations">What it begins with.</param>
    /// <param name="grown">With the columns and triggers of <c>grown.sql</c>, as others add them.</param>
    public static async Task<ChaosDatabase> StartAsync(IReadOnlyList<string> migrations, bool grown)
    {
        var server = await PostgresServer.StartAsync();
        await using (var postgres = new TestDatabase(server.ConnectionString() + ";Pooling=false"))
        {
            // Tells which came first, a settle or the hiding of its original.
            await postgres.ExecuteAsync("alter system set track_commit_timestamp = on");
            // Tells who waited for whose row: the driver may, the queue's functions do not, or for 100 ms at a time. A wait
            // is logged after deadlock_timeout, which is longer than that and shorter than most rows are held.
            await postgres.ExecuteAsync("alter system set log_lock_waits = on");
            await postgres.ExecuteAsync("alter system set deadlock_timeout = '500ms'");
            await postgres.ExecuteAsync("alter system set log_line_prefix = '%m [%p] %a: '");
            await postgres.ExecuteAsync($"create database {Name}");
        }

        await server.StopAsync();
        await server.StartAgainAsync();
        await Migrations.ApplyAsync(server.ConnectionString(Name) + ";Pooling=false", migrations);
        var sql = new TestDatabase(new NpgsqlConnectionStringBuilder(server.ConnectionString(Name))
        {
            ApplicationName = "chaos",
            CommandTimeout = 30,
            // Rows are held to the end of the storm: whoever of the driver waits for them gives up.
            Options = "-c lock_timeout=1s",
        }.ConnectionString);
        foreach (var script in grown ? ["grown.sql", "chaos.sql"] : (string[])["chaos.sql"])
        {
            using var reader = new StreamReader(typeof(ChaosDatabase).Assembly.GetManifestResourceStream(script)!);
            await sql.ExecuteAsync(await reader.ReadToEndAsync());
        }

        return new ChaosDatabase(server, sql);
    }

    /// <summary>A login that has what <c>service_role</c> has, and what a stand-in needs to take a caller's role.</summary>
    /// <returns>Its Npgsql connection string.</returns>
    public async Task<string> AddLoginAsync(string user, string password)
    {
        // Row-level security is passed by with an attribute of the role, which membership does not hand on.
        await Sql.ExecuteAsync($"""
            create role {user} login bypassrls password '{password}' in role service_role, authenticated, anon;
            -- In place of the workers' own 30 seconds, which a short storm cannot wait for.
            alter role {user} set statement_timeout = '3s'
            """);
        // The cluster trusts everybody on the loopback; this line comes before.
        var rules = await Sql.ScalarAsync<string>("show hba_file");
        await File.WriteAllTextAsync(
            rules, $"host all {user} 127.0.0.1/32 scram-sha-256\n{await File.ReadAllTextAsync(rules)}");
        await Sql.ScalarAsync<bool>("select pg_reload_conf()");
        return new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = Server.Port,
            Username = user,
            Password = password,
            Database = Name,
            SslMode = SslMode.Disable,
        }.ConnectionString;
    }

    /// <summary>The server's log.</summary>
    public async Task<string[]> LogAsync()
    {
        var data = await Sql.ScalarAsync<string>("show data_directory");
        return await File.ReadAllLinesAsync(Path.Combine(Path.GetDirectoryName(data)!, "postgres.log"));
    }

    public async ValueTask DisposeAsync()
    {
        await Sql.DisposeAsync();
        await Server.DisposeAsync();
    }
}
