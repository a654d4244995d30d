using System.Diagnostics.CodeAnalysis;
using FanzQueueFunctions.Standalone;
using FanzQueueFunctions.Standalone.Catalog;
using FanzQueueFunctions.Standalone.Http;
using FanzQueueFunctions.Standalone.Log;
using FanzQueueFunctions.Standalone.Settings;
using FanzQueueFunctions.Standalone.Timers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Constraints;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Builds the host that runs an app's functions in one plain process.</summary>
public sealed class FunctionsApplicationBuilder : IHostApplicationBuilder
{
    // A function here takes an order of a few bytes; a body is never worth more memory than this.
    private const long LargestRequestBody = 1024 * 1024;

    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(30);

    private readonly IReadOnlyCollection<Type> _types;
    private readonly WebApplicationBuilder _web;
    private bool _built;

    /// <param name="args">The command line.</param>
    /// <param name="types">The types that are searched for functions.</param>
    internal FunctionsApplicationBuilder(string[] args, IReadOnlyCollection<Type> types)
    {
        _types = types;
        var settings = HostSettings.Read(args, Directory.GetCurrentDirectory());
        // Empty: of what ASP.NET sets up by default, only what is used below costs time and memory.
        _web = WebApplication.CreateEmptyBuilder(new() { EnvironmentName = HostSettings.EnvironmentName(settings) });
        _web.Configuration.AddConfiguration(settings, shouldDisposeConfiguration: true);
        AddServer();
        AddLog();
        Services.AddSingleton(TimeProvider.System);
        Services.AddSingleton<TimerListener>();
        Services.AddHostedService(services => services.GetRequiredService<TimerListener>());
        Services.Configure<HostOptions>(options => options.ShutdownTimeout = ShutdownTimeout);
    }

    public ConfigurationManager Configuration => _web.Configuration;

    public IHostEnvironment Environment => _web.Environment;

    public ILoggingBuilder Logging => _web.Logging;

    public IMetricsBuilder Metrics => _web.Metrics;

    public IServiceCollection Services => _web.Services;

    public IDictionary<object, object> Properties => ((IHostApplicationBuilder)_web).Properties;

    IConfigurationManager IHostApplicationBuilder.Configuration => Configuration;

    internal bool ServesHttpFunctions { get; set; }

    public void ConfigureContainer<TContainerBuilder>(
        IServiceProviderFactory<TContainerBuilder> factory, Action<TContainerBuilder>? configure = null)
        where TContainerBuilder : notnull =>
        ((IHostApplicationBuilder)_web).ConfigureContainer(factory, configure);

    /// <summary>The host, ready to run. Can be called once.</summary>
    /// <exception cref="FunctionsHostException">A function or a setting with which the host cannot start.</exception>
    /// <exception cref="InvalidOperationException">It was called before.</exception>
    public IHost Build()
    {
        if (_built)
            throw new InvalidOperationException("The application has already been built.");
        _built = true;

        var address = ListenAddress.From(Configuration);
        var catalog = FunctionCatalog.Of(_types, Configuration, ServesHttpFunctions);
        Services.AddSingleton(catalog);
        AddClasses(catalog);
        // The host writes the log itself. A console logger that the app brings for the Functions host, which relays its
        // output, would write each line a second time.
        foreach (var second in Services.Where(s => s.ImplementationType == typeof(ConsoleLoggerProvider)).ToList())
            Services.Remove(second);

        var app = _web.Build();
        foreach (var url in address.Split(';'))
            app.Urls.Add(url);
        var keys = new FunctionKeys(catalog, Configuration);
        HttpRoutes.Map(app, catalog, keys);
        var loggers = app.Services.GetRequiredService<ILoggerFactory>();
        return new FunctionsHost(app, catalog, keys, loggers.CreateLogger("FanzQueueFunctions.Standalone"));
    }

    [UnconditionalSuppressMessage("Trimming", "IL2072", Justification = FunctionsApplication.KeptWhole)]
    private void AddClasses(FunctionCatalog catalog)
    {
        foreach (var @class in catalog.Classes)
            Services.TryAddScoped(@class);
    }

    private void AddServer()
    {
        _web.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestRequestBody;
        });
        Services.AddRoutingCore();
        // As on the Functions host; by itself the smaller router does without.
        Services.Configure<RouteOptions>(options => options.SetParameterPolicy<RegexInlineRouteConstraint>("regex"));
    }

    private void AddLog()
    {
        Logging.AddFilter("Microsoft", LogLevel.Warning);
        Logging.AddFilter("System", LogLevel.Warning);
        // These two log as an error, with its stack, what they throw as well: the app prints why it cannot start.
        Logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.None);
        Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        Logging.AddConfiguration(Configuration.GetSection("Logging"));
        Services.AddSingleton<ILoggerProvider, ConsoleLines>();
    }
}
