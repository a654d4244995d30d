using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using FanzQueueFunctions.Testbed.Postgrest;
using Npgsql;

namespace FanzQueueFunctions.Testbed.Development;

/// <summary>
/// <c>./dev run</c>, once all is built and a database is there: migrates it, queues three demo posts, and starts the plain process on
/// it as a developer would, with its log on this console.
/// </summary>
internal static class DemoRun
{
    private const string Open =
        """
        select count(*) from (
          select from public.multiplatform_post_queue
          where status = 'processing' or status = 'queued' and greatest(scheduled_for, queued_at) <= now()
          limit 1
        ) as open
        """;

    private static readonly string Keys = Path.Combine(RepositoryFolder.Path, ".local", "keys");

    /// <param name="databaseUrl"><c>DATABASE_URL</c> as it was given.</param>
    /// <param name="connectionString">The same for Npgsql.</param>
    /// <param name="options"><c>--until-empty</c>, <c>--rest</c>.</param>
    /// <returns>The exit code.</returns>
    /// <exception cref="ArgumentException">An option is none.</exception>
    public static async Task<int> RunAsync(string databaseUrl, string connectionString, string[] options)
    {
        if (options.Except(["--until-empty", "--rest"]).FirstOrDefault() is { } unknown)
            throw new ArgumentException($"run takes --until-empty and --rest, not {unknown}.");

        var port = Environment.GetEnvironmentVariable("PORT") is { Length: > 0 } given ? given : "7071";
        // Before anything is queued that nobody would then work.
        DemandFree(port);
        await Migrations.ApplyAsync(connectionString);
        await using var database = new TestDatabase(connectionString);
        await DemoRows.AddAsync(database);
        var keys = ReadKeys();
        await using var standIn = options.Contains("--rest") ? await StartStandInAsync(connectionString, keys["JWT_SECRET"]) : null;
        Explain(connectionString, standIn, port, keys);

        var watch = Stopwatch.StartNew();
        var (posted, failed, _) = await TotalsAsync(database);
        using var app = Start(databaseUrl, standIn, port, keys);
        // Ctrl+C and SIGTERM are for the app, which settles what it has in hand; this program ends after it.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        if (!options.Contains("--until-empty"))
        {
            await app.WaitForExitAsync();
            return app.ExitCode;
        }

        while (!app.HasExited && await database.ScalarAsync<long>(Open) != 0)
            await Task.WhenAny(app.WaitForExitAsync(), Task.Delay(500));
        if (app.HasExited)
            throw new IOException($"The app ended with exit code {app.ExitCode} before the queue was empty.");
        Terminate(app);
        await app.WaitForExitAsync();
        var after = await TotalsAsync(database);
        Console.WriteLine(
            $"Nothing is due any more: {after.Posted - posted} posted, {after.Failed - failed} failed, " +
            $"{after.Waiting} waiting for later, in {watch.Elapsed.TotalSeconds:0} s.");
        return app.ExitCode;

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            Terminate(app);
        }
    }

    /// <exception cref="IOException">Something else listens there.</exception>
    private static void DemandFree(string port)
    {
        if (!ushort.TryParse(port, out var number))
            throw new ArgumentException($"PORT is {port}, which is not a port (0 to 65535).");
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, number);
            listener.Start();
        }
        catch (SocketException exception)
        {
            throw new IOException($"Port {port} cannot be listened on ({exception.Message}). Set another: PORT=7072 ./dev run", exception);
        }
    }

    /// <summary>Random keys for the endpoints and the console, each made once.</summary>
    private static Dictionary<string, string> ReadKeys()
    {
        string[] names = ["FUNCTIONS_MASTER_KEY", "FUNCTIONS_HOST_KEY", "FUNCTIONS_KEY_ResetStuckItems", "JWT_SECRET"];
        Directory.CreateDirectory(Path.GetDirectoryName(Keys)!);
        var keys = File.Exists(Keys) ? File.ReadAllLines(Keys).Select(line => line.Split('=', 2)).ToDictionary(part => part[0], part => part[1]) : [];
        foreach (var name in names.Where(name => !keys.ContainsKey(name)))
            keys[name] = RandomNumberGenerator.GetHexString(48, lowercase: true);

        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        // Its owner's alone before anything is in it.
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var text = new StreamWriter(Keys, options);
        foreach (var (name, key) in keys)
            text.WriteLine($"{name}={key}");
        return keys;
    }

    private static Task<PostgrestStandIn> StartStandInAsync(string connectionString, string secret) =>
        PostgrestStandIn.StartAsync(new PostgrestOptions
        {
            ConnectionString = connectionString,
            JwtSecret = secret,
            PathPrefix = "/rest/v1",
        });

    private static void Explain(string connectionString, PostgrestStandIn? standIn, string port, Dictionary<string, string> keys)
    {
        var database = new NpgsqlConnectionStringBuilder(connectionString);
        var app = $"http://127.0.0.1:{port}";
        Console.WriteLine(
            $"""
            Database   {database.Host}:{database.Port}/{database.Database}
            REST API   {standIn?.Address.GetLeftPart(UriPartial.Authority) ?? "not used: the database is reached directly"}
            App        {app}  (log below)
            Console    {app}/api/queue/console  (key: {keys["FUNCTIONS_HOST_KEY"]})
            Keys       {Keys}

            Try, in another terminal:
              ./dev enqueue 100 girlfanz
              ./dev psql -c 'select status, count(*) from multiplatform_post_queue group by status'
              curl -X POST '{app}/api/queue/reset-stuck?olderThanMinutes=5' -H 'x-functions-key: {keys["FUNCTIONS_KEY_ResetStuckItems"]}'
              curl '{app}/api/queue/overview' -H 'x-functions-key: {keys["FUNCTIONS_MASTER_KEY"]}'
              curl -X POST '{app}/admin/functions/ProcessQueue' -H 'x-functions-key: {keys["FUNCTIONS_MASTER_KEY"]}' -H 'Content-Type: application/json' -d '{"{}"}'
            Ctrl+C stops everything.

            """);
    }

    private static Process Start(string databaseUrl, PostgrestStandIn? standIn, string port, Dictionary<string, string> keys)
    {
        var program = AppProgram.Chosen;
        var start = new ProcessStartInfo(program.File, program.Arguments)
        {
            WorkingDirectory = Path.Combine(RepositoryFolder.Path, "FanzQueueFunctions.Standalone"),
        };
        foreach (var (name, key) in keys)
            start.Environment[name] = key;
        start.Environment.Remove("PORT");
        start.Environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}";
        start.Environment.TryAdd("DOTNET_ENVIRONMENT", "Development");
        if (standIn is null)
        {
            start.Environment["DATABASE_URL"] = databaseUrl;
        }
        else
        {
            start.Environment.Remove("DATABASE_URL");
            start.Environment["SUPABASE_URL"] = standIn.Address.GetLeftPart(UriPartial.Authority);
            start.Environment["SUPABASE_SERVICE_ROLE_KEY"] = Jwt.Sign("service_role", keys["JWT_SECRET"]);
        }

        return Process.Start(start)!;
    }

    private static void Terminate(Process app)
    {
        using var kill = Process.Start("kill", ["-TERM", app.Id.ToString()]);
        kill.WaitForExit();
    }

    private static async Task<(long Posted, long Failed, long Waiting)> TotalsAsync(TestDatabase database)
    {
        var totals = (await database.RowsAsync(
            """
            select count(*) filter (where status = 'posted'), count(*) filter (where status = 'failed'),
                   count(*) filter (where status = 'queued')
            from public.multiplatform_post_queue
            """))[0];
        return ((long)totals[0]!, (long)totals[1]!, (long)totals[2]!);
    }
}
