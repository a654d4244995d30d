using FanzQueueFunctions.Http;
using FanzQueueFunctions.Operations;
using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Standalone.Http;
using FanzQueueFunctions.Standalone.Log;
using FanzQueueFunctions.Standalone.Settings;
using FanzQueueFunctions.Standalone.Timers;
using Microsoft.AspNetCore.Routing.Constraints;

namespace FanzQueueFunctions.Standalone;

/// <summary>The plain process: a web application with the app's endpoints and timers in it.</summary>
internal static partial class PlainProcess
{
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(30);

    /// <param name="args">The command line: <c>--urls</c>, and any setting as <c>--Name value</c>.</param>
    /// <exception cref="SettingException">A setting is missing or wrong.</exception>
    public static WebApplicationBuilder Builder(string[] args)
    {
        var settings = ProcessSettings.Read(args);
        var builder = Builder(settings);
        builder.AddQueue(EntraId.Off);
        builder.Services
            .AddTimedWork("ProcessQueue", s => s.ProcessQueue, s => s.GetRequiredService<IQueueProcessor>().ProcessDueItemsAsync)
            .AddTimedWork("HealthHeartbeat", s => s.Heartbeat, s => s.GetRequiredService<IQueueProcessor>().ReportHealthAsync)
            .AddTimedWork("MinuteReport", s => s.MinuteReport, s => s.GetRequiredService<MinuteReport>().WriteAsync)
            .AddTimedWork("Prune", s => s.Prune, s => s.GetRequiredService<Retention>().PruneAsync);
        return builder;
    }

    /// <summary>The process without what it is for.</summary>
    internal static WebApplicationBuilder Builder(ConfigurationManager settings)
    {
        // Empty: of what ASP.NET sets up by default, only what is used below costs time and memory.
        var builder = WebApplication.CreateEmptyBuilder(new()
        {
            EnvironmentName = ProcessSettings.EnvironmentName(settings),
            // Not the working folder, which may be gone.
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.Configuration.AddConfiguration(settings, shouldDisposeConfiguration: true);
        builder.WebHost.UseKestrelCore().UseUrls(ListenAddress.From(settings)).ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = ChangeHandler.LargestBody;
        });
        builder.Services
            .AddSingleton(TimeProvider.System)
            .AddSingleton(FunctionKeys.Read(settings))
            .AddSingleton<KeyGuesses>()
            .AddSingleton<TimerService>()
            .AddHostedService(services => services.GetRequiredService<TimerService>())
            .Configure<HostOptions>(options => options.ShutdownTimeout = ShutdownTimeout)
            .AddRoutingCore()
            // By itself the smaller router does without.
            .Configure<RouteOptions>(options => options.SetParameterPolicy<RegexInlineRouteConstraint>("regex"));
        builder.Services.AddHealthChecks();
        AddLog(builder.Logging, builder.Configuration);
        return builder;
    }

    /// <summary>Says, once the process listens, where that is, when its timers fire, and what nobody can call.</summary>
    public static void Announce(this WebApplication app)
    {
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("FanzQueueFunctions.Standalone");
        // The addresses are asked for now: a port 0 is a real one by now.
        if (logger.IsEnabled(LogLevel.Information))
            Listening(logger, string.Join(';', app.Urls));
        var keys = app.Services.GetRequiredService<FunctionKeys>();
        if (ListenAddress.IsBeyondLoopback(app.Urls))
        {
            if (keys.AnySet)
                Beyond(logger);
            else
                BeyondWithoutKeys(logger);
        }

        foreach (var work in app.Services.GetServices<TimedWork>())
            Timer(logger, work.Name, work.Schedule.ToString());
        foreach (var function in Endpoints.Keyed.Where(function => !keys.AnyOpens(function)))
            Closed(logger, function, FunctionKeys.SettingOf(function), FunctionKeys.HostSetting, FunctionKeys.MasterSetting);
    }

    private static void AddLog(ILoggingBuilder logging, ConfigurationManager configuration)
    {
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("System", LogLevel.Warning);
        // These two log as an error, with its stack, what they throw as well: Program says why the process cannot start.
        logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.None);
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        logging.AddConfiguration(configuration.GetSection("Logging"));
        logging.Services.AddSingleton<ILoggerProvider>(_ => new ConsoleLines());
    }

    [LoggerMessage(LogLevel.Information, "FanzQueueFunctions listening on {Addresses}")]
    private static partial void Listening(ILogger logger, string addresses);

    [LoggerMessage(LogLevel.Information, "Other machines reach that address; the functions that change or tell anything ask for a key")]
    private static partial void Beyond(ILogger logger);

    [LoggerMessage(LogLevel.Warning, "Other machines reach that address, and no key is set: they are answered health, the console's page, and 401")]
    private static partial void BeyondWithoutKeys(ILogger logger);

    [LoggerMessage(LogLevel.Information, "{Function}: timer {Schedule} (UTC)")]
    private static partial void Timer(ILogger logger, string function, string schedule);

    [LoggerMessage(LogLevel.Warning,
        "{Function} answers 401 to all: it needs a key and none is set; set {OwnKey}, {HostKey} or {MasterKey}.")]
    private static partial void Closed(ILogger logger, string function, string ownKey, string hostKey, string masterKey);
}
