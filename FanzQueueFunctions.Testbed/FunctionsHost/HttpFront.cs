using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.Extensions.DependencyInjection;

namespace FanzQueueFunctions.Testbed.FunctionsHost;

/// <summary>
/// What the Functions host does with a request before the worker sees it: its route, its method, its key. The keys are
/// those of the plain process's settings: <c>FUNCTIONS_KEY_&lt;name&gt;</c>, <c>FUNCTIONS_HOST_KEY</c>,
/// <c>FUNCTIONS_MASTER_KEY</c>.
/// </summary>
internal sealed class HttpFront(IReadOnlyDictionary<string, string?> settings)
{
    private const string MasterKey = "FUNCTIONS_MASTER_KEY";
    private const string HostKey = "FUNCTIONS_HOST_KEY";

    private readonly List<(WorkerFunction Function, TemplateMatcher Route)> _functions = [];

    /// <summary>Serves a function.</summary>
    /// <returns>Null, or why the Functions host would not.</returns>
    public string? Add(WorkerFunction function)
    {
        var route = ((string?)function.Trigger["route"] ?? function.Name).TrimStart('/');
        if (route.StartsWith("admin", StringComparison.OrdinalIgnoreCase) ||
            route.StartsWith("runtime", StringComparison.OrdinalIgnoreCase))
            return "The specified route conflicts with one or more built in routes.";
        _functions.Add((function, new TemplateMatcher(TemplateParser.Parse($"api/{route}"), [])));
        return null;
    }

    /// <returns>The function that the request is for; null where it is for none.</returns>
    public WorkerFunction? FunctionOf(HttpRequest request) =>
        _functions.FirstOrDefault(served =>
            Matches(served.Route, request) && MethodsOf(served.Function).Contains(request.Method, StringComparer.OrdinalIgnoreCase))
            .Function;

    /// <returns>The timer that <c>POST /admin/functions/&lt;name&gt;</c> names; null for any other request.</returns>
    public static string? TimerOf(HttpRequest request) =>
        HttpMethods.IsPost(request.Method) &&
        request.Path.StartsWithSegments("/admin/functions", out var name) ? name.Value?.TrimStart('/') : null;

    public bool MayCall(WorkerFunction function, HttpRequest request) => (string?)function.Trigger["authLevel"] switch
    {
        "Anonymous" => true,
        "Admin" => IsMaster(request),
        _ => IsMaster(request) || IsHost(request) || Opens(request, $"FUNCTIONS_KEY_{function.Name}"),
    };

    public bool IsMaster(HttpRequest request) => Opens(request, MasterKey);

    public bool IsHost(HttpRequest request) => Opens(request, HostKey);

    public static async Task<bool> HasJsonBodyAsync(HttpRequest request)
    {
        try
        {
            return await JsonNode.ParseAsync(request.Body) is not null;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool Matches(TemplateMatcher route, HttpRequest request)
    {
        var resolver = request.HttpContext.RequestServices.GetRequiredService<IInlineConstraintResolver>();
        var values = new RouteValueDictionary();
        return route.TryMatch(request.Path, values) && route.Template.Parameters.All(parameter =>
            parameter.InlineConstraints.All(constraint => resolver.ResolveConstraint(constraint.Constraint)!.Match(
                request.HttpContext, route: null, parameter.Name!, values, RouteDirection.IncomingRequest)));
    }

    private bool Opens(HttpRequest request, string setting)
    {
        // The header wins, whatever is in it.
        var given = request.Headers.TryGetValue("x-functions-key", out var header) ? header : request.Query["code"];
        return settings.GetValueOrDefault(setting) is { Length: > 0 } key && given == key;
    }

    private static IEnumerable<string> MethodsOf(WorkerFunction function) =>
        function.Trigger["methods"] is JsonArray methods ? methods.Select(method => (string)method!) : ["get", "post"];
}
