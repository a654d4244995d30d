using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.RegularExpressions;
using FanzQueueFunctions.Standalone.Timers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Configuration;

namespace FanzQueueFunctions.Standalone.Catalog;

/// <summary>The functions of the app, found by their attributes and refused where the Functions host would.</summary>
internal sealed partial class FunctionCatalog
{
    private const BindingFlags AllMethods = BindingFlags.Public | BindingFlags.NonPublic |
        BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private readonly List<TimerFunction> _timers = [];
    private readonly List<HttpFunction> _http = [];
    private readonly HashSet<Type> _classes = [];

    private FunctionCatalog()
    {
    }

    public IReadOnlyList<TimerFunction> Timers => _timers;

    public IReadOnlyList<HttpFunction> Http => _http;

    /// <summary>The classes that a call needs an instance of.</summary>
    public IReadOnlyCollection<Type> Classes => _classes;

    /// <summary>Finds the functions among the methods of <paramref name="types"/>.</summary>
    /// <param name="types">The types of the app.</param>
    /// <param name="settings">Where a schedule's <c>%SETTING%</c> is looked up.</param>
    /// <param name="servesHttp">Whether the app asked for ASP.NET Core.</param>
    /// <exception cref="FunctionsHostException">A function that this host cannot run as the Functions host would.</exception>
    public static FunctionCatalog Of(IEnumerable<Type> types, IConfiguration settings, bool servesHttp)
    {
        var catalog = new FunctionCatalog();
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var method in types.SelectMany(MethodsOf))
        {
            if (method.GetCustomAttribute<FunctionAttribute>()?.Name is not { } name)
                continue;
            if (!ValidName().IsMatch(name))
                throw Refused(name, "its name must be a letter, then letters, digits, '_' or '-', at most 128 in all");
            if (!names.Add(name))
                throw Refused(name, "another function has the same name; capitals make no difference");
            if (!method.IsPublic)
                throw Refused(name, $"its method {method.DeclaringType!.Name}.{method.Name} must be public");
            catalog.Add(name, method, settings, servesHttp);
        }
        return catalog;
    }

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = FunctionsApplication.KeptWhole)]
    private static MethodInfo[] MethodsOf(Type type) => type.GetMethods(AllMethods);

    private void Add(string name, MethodInfo method, IConfiguration settings, bool servesHttp)
    {
        var trigger = method.GetParameters().FirstOrDefault(parameter =>
            parameter.IsDefined(typeof(TimerTriggerAttribute)) || parameter.IsDefined(typeof(HttpTriggerAttribute)));
        if (trigger is null)
            throw Refused(name, "none of its parameters has a trigger; the Standalone host offers TimerTrigger and HttpTrigger");
        if (trigger.GetCustomAttribute<TimerTriggerAttribute>() is { } timer)
            _timers.Add(new(
                name, FunctionCall.To(name, method, trigger, typeof(TimerInfo)),
                Schedule.Of(name, timer.Schedule, settings), timer.RunOnStartup));
        else if (!servesHttp)
            throw Refused(name, "it is triggered over HTTP; call ConfigureFunctionsWebApplication() on the builder");
        else
            Add(HttpFunction(name, method, trigger, trigger.GetCustomAttribute<HttpTriggerAttribute>()!));
        if (!method.IsStatic)
            _classes.Add(method.DeclaringType!);
    }

    private void Add(HttpFunction function)
    {
        var rival = _http.Find(other => other.Route.Equals(function.Route, StringComparison.OrdinalIgnoreCase) &&
            (other.Methods.Count == 0 || function.Methods.Count == 0 || other.Methods.Any(function.Serves)));
        if (rival is not null)
            throw Refused(function.Name, $"the function {rival.Name} has the same route and method");
        _http.Add(function);
    }

    private static HttpFunction HttpFunction(string name, MethodInfo method, ParameterInfo trigger, HttpTriggerAttribute http)
    {
        if (http.AuthLevel is AuthorizationLevel.User or AuthorizationLevel.System)
            throw Refused(name, $"the Standalone host does not offer AuthorizationLevel.{http.AuthLevel}");
        return new(
            name, FunctionCall.To(name, method, trigger, typeof(HttpRequest)), Route(name, http.Route ?? name),
            [.. (http.Methods ?? []).Select(m => m.ToUpperInvariant())], http.AuthLevel);
    }

    private static string Route(string name, string given)
    {
        var route = given.Trim('/');
        if (route.StartsWith("admin", StringComparison.OrdinalIgnoreCase) ||
            route.StartsWith("runtime", StringComparison.OrdinalIgnoreCase))
            throw Refused(name, $"its route '{route}' conflicts with one or more built in routes; " +
                "begin it with neither 'admin' nor 'runtime'");
        if (route.Contains('%'))
            throw Refused(name, $"its route '{route}' names a setting, which the Standalone host does not look up");
        try
        {
            RoutePatternFactory.Parse(route);
            return route;
        }
        catch (RoutePatternException e)
        {
            throw Refused(name, $"its route '{route}' is invalid: {e.Message.TrimEnd('.')}", e);
        }
    }

    private static FunctionsHostException Refused(string name, string reason, Exception? cause = null) =>
        new($"The function {name} cannot be served: {reason}.", cause);

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9_-]{0,127}\z")]
    private static partial Regex ValidName();
}
