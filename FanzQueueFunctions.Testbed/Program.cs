// The test bed as a program: what ./dev does beyond building, the stand-in for PostgREST, and SQL for machines without psql.
using System.Runtime.InteropServices;
using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Storage;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Testbed.Development;
using FanzQueueFunctions.Testbed.Postgrest;
using Npgsql;

const string Usage = """
    Usage:
      FanzQueueFunctions.Testbed postgrest [--urls http://127.0.0.1:PORT]
          serves the functions of schema "public" under /rest/v1/rpc/, as Supabase's REST API does
      FanzQueueFunctions.Testbed token ROLE
          prints a token for a role, such as service_role, that does not expire
      FanzQueueFunctions.Testbed migrate
          applies supabase/migrations
      FanzQueueFunctions.Testbed migration NAME
          makes the migration of the next release from supabase/schemas
      FanzQueueFunctions.Testbed release NUMBER
          records migrations and steps as a release, once, when its tag is set
      FanzQueueFunctions.Testbed run [--until-empty] [--rest]
          migrates the database, queues three demo posts and starts the plain process on it
      FanzQueueFunctions.Testbed enqueue N [PLATFORM]
          queues N more posts, on one platform or on all by turns
      FanzQueueFunctions.Testbed demo [N]
          migrates the database and fills it with a past and N items of a mess, 4,000 where it is left out
      FanzQueueFunctions.Testbed test [--postgres N] [--sql-on N ...] [--standalone]
          runs the test programs, all built, and sums their reports
      FanzQueueFunctions.Testbed sql [PARAMETER ...]
          runs the SQL on standard input, with the parameters as text, and prints the rows, a space between columns
    Settings:
      DATABASE_URL               a postgres:// URI or an Npgsql connection string (postgrest, migrate, run, enqueue, demo, sql)
      JWT_SECRET                 32 bytes or more; the same for postgrest and token
      SUPABASE_SECRET_KEY        an opaque key to accept for service_role (postgrest, optional)
      SUPABASE_PUBLISHABLE_KEY   an opaque key to accept for anon (postgrest, optional)
    """;

try
{
    switch (args)
    {
        case ["token", var role]:
            Console.WriteLine(Jwt.Sign(role, Required("JWT_SECRET")));
            return 0;
        case ["postgrest"]:
            await ServeAsync("http://127.0.0.1:0");
            return 0;
        case ["postgrest", "--urls", var url]:
            await ServeAsync(url);
            return 0;
        case ["migrate"]:
            await Migrations.ApplyAsync(ConnectionString());
            return 0;
        case ["migration", var name]:
            Console.WriteLine(Path.GetRelativePath(RepositoryFolder.Path, Schemas.Current.WriteMigration(name, DateTime.UtcNow)));
            return 0;
        case ["release", var number]:
            Release.Record(Path.Combine(RepositoryFolder.Path, "supabase"), int.Parse(number));
            return 0;
        case ["run", .. var options]:
            return await DemoRun.RunAsync(Required("DATABASE_URL"), ConnectionString(), options);
        case ["enqueue", var number, .. var platform] when platform.Length < 2 && int.TryParse(number, out var count) && count > 0:
            await using (var database = new TestDatabase(ConnectionString()))
                await DemoRows.EnqueueAsync(database, count, platform.FirstOrDefault());
            Console.WriteLine($"Queued {count} posts.");
            return 0;
        case ["demo", .. var size] when size.Length < 2 && int.TryParse(size.FirstOrDefault() ?? $"{DemoWorld.Mess}", out var items) && items >= 0:
            await Migrations.ApplyAsync(ConnectionString());
            await using (var database = new TestDatabase(ConnectionString()))
                await DemoWorld.FillAsync(database, items);
            Console.WriteLine("Filled. ./dev run shows it, and posts what is due.");
            return 0;
        case ["test", .. var options]:
            return await TestRun.RunAsync(options);
        case ["sql", .. var parameters]:
            await RunSqlAsync(await Console.In.ReadToEndAsync(), parameters);
            return 0;
        default:
            Console.Error.WriteLine(Usage);
            return 64;
    }
}
catch (Exception e) when (e is ArgumentException or FormatException or IOException or SettingException or NpgsqlException)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}

static async Task ServeAsync(string url)
{
    var stop = new TaskCompletionSource();
    using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
    using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
    await using var standIn = await PostgrestStandIn.StartAsync(new PostgrestOptions
    {
        ConnectionString = ConnectionString(),
        JwtSecret = Required("JWT_SECRET"),
        Url = url,
        PathPrefix = "/rest/v1",
        Gateway = new GatewayKeys(
            Environment.GetEnvironmentVariable("SUPABASE_SECRET_KEY"),
            Environment.GetEnvironmentVariable("SUPABASE_PUBLISHABLE_KEY")),
    });
    Console.WriteLine($"SUPABASE_URL={standIn.Address.GetLeftPart(UriPartial.Authority)}");
    await stop.Task;

    void Stop(PosixSignalContext signal)
    {
        signal.Cancel = true;
        stop.TrySetResult();
    }
}

static async Task RunSqlAsync(string sql, string[] parameters)
{
    await using var database = new TestDatabase(ConnectionString());
    foreach (var row in await database.RowsAsync(sql, [.. parameters]))
        Console.WriteLine(string.Join(' ', row));
}

static string ConnectionString() => DatabaseUrl.ToConnectionString(Required("DATABASE_URL"));

static string Required(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value
    ? value
    : throw new ArgumentException($"{name} is not set. Run without arguments to see the settings.");
