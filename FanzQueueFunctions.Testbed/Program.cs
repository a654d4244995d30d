// The test bed as a program: the stand-in for PostgREST, and tokens for it.
using System.Runtime.InteropServices;
using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Storage;
using FanzQueueFunctions.Testbed.Postgrest;

const string Usage = """
    Usage:
      FanzQueueFunctions.Testbed postgrest [--urls http://127.0.0.1:PORT]
          serves the functions of schema "public" under /rest/v1/rpc/, as Supabase's REST API does
      FanzQueueFunctions.Testbed token ROLE
          prints a token for a role, such as service_role, that does not expire
    Settings:
      DATABASE_URL               a postgres:// URI or an Npgsql connection string (postgrest)
      JWT_SECRET                 32 bytes or more; the same for both
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
        default:
            Console.Error.WriteLine(Usage);
            return 64;
    }
}
catch (Exception e) when (e is ArgumentException or IOException or SettingException)
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
        ConnectionString = DatabaseUrl.ToConnectionString(Required("DATABASE_URL")),
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

static string Required(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value
    ? value
    : throw new ArgumentException($"{name} is not set. Run without arguments to see the settings.");
