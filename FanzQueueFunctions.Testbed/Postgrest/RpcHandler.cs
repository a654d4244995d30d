using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace FanzQueueFunctions.Testbed.Postgrest;

/// <summary>Answers a request as PostgREST does: who calls, what, with which arguments; then the database.</summary>
internal sealed class RpcHandler(PostgrestOptions options, Database database)
{
    private const string PathOfCalls = "/rpc/";

    private static readonly HashSet<string> KnownPreferences =
        ["resolution", "missing", "return", "count", "tx", "handling", "timezone", "max-affected"];

    /// <summary>The called function's name: what follows <c>/rpc/</c>, or null.</summary>
    public static string? FunctionOf(PathString path) =>
        path.Value is { } value && value.StartsWith(PathOfCalls, StringComparison.Ordinal) &&
        value.IndexOf('/', PathOfCalls.Length) < 0 ? value[PathOfCalls.Length..] : null;

    /// <param name="request">The request, its path without the prefix.</param>
    /// <param name="authorization">Its <c>Authorization</c>, as a gateway in front may have changed it.</param>
    /// <param name="body">Its body.</param>
    public async Task<Answer> AnswerAsync(HttpRequest request, string? authorization, ReadOnlyMemory<byte> body)
    {
        try
        {
            if (IsPreflight(request))
                return new Answer(StatusCodes.Status200OK);
            var (role, claims) = Authenticate(authorization);
            var schema = database.Schema.Current ?? throw PostgrestException.NoSchemaCache();
            CheckRequest(request);
            var arguments = Arguments.Of(request, body);
            var name = FunctionOf(request.Path) ??
                throw new PostgrestException(404, "PGRST125", "Invalid path specified in request URL");

            var isPost = HttpMethods.IsPost(request.Method);
            var routine = Find(schema, name, arguments, isPost);
            if (routine is null)
            {
                // Supabase has PostgREST read its cache again after every DDL statement; here the first miss does.
                await database.Schema.ReadAsync();
                schema = database.Schema.Current ?? throw PostgrestException.NoSchemaCache();
                routine = Find(schema, name, arguments, isPost) ?? throw NotFound(schema, name, arguments, isPost);
            }
            if (HttpMethods.IsOptions(request.Method))
                return new Answer(StatusCodes.Status200OK) { Headers = [("Allow", "OPTIONS,GET,HEAD,POST")] };

            List<(string, string)> settings =
            [
                ("search_path", $"{Call.Quote(options.Schema)}, public"),
                .. schema.RoleSettings.GetValueOrDefault(role, []),
                ("role", role),
                ("request.jwt.claims", claims),
                ("request.method", request.Method),
                ("request.path", request.Path.Value!),
            ];
            if (routine.StatementTimeout is { } timeout)
                settings.Add(("statement_timeout", timeout));
            if (!isPost || !routine.IsVolatile)
                settings.Add(("transaction_read_only", "on"));
            return await database.RunAsync(new Call(options.Schema, routine, arguments, settings),
                anonymous: role == options.AnonymousRole, request.HttpContext.RequestAborted);
        }
        catch (PostgrestException e)
        {
            return e.ToAnswer();
        }
    }

    private static bool IsPreflight(HttpRequest request) =>
        HttpMethods.IsOptions(request.Method) && request.Headers.ContainsKey("Access-Control-Request-Method");

    private (string Role, string Claims) Authenticate(string? authorization)
    {
        Dictionary<string, JsonElement> claims = [];
        var scheme = authorization?.Split(' ', 2) ?? [];
        if (scheme.Length > 0 && scheme[0].Equals("Bearer", StringComparison.OrdinalIgnoreCase))
            claims = Jwt.Verify(scheme.Length > 1 ? scheme[1].Trim() : "", options.JwtSecret, options.Time.GetUtcNow());
        var role = claims.TryGetValue("role", out var claim) ? claim.ToString() : options.AnonymousRole;
        return role is null ? throw PostgrestException.TokenRequired() : (role, Jwt.ClaimsJson(claims, role));
    }

    private void CheckRequest(HttpRequest request)
    {
        var isPost = HttpMethods.IsPost(request.Method);
        if (!isPost && !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) &&
            !HttpMethods.IsOptions(request.Method))
            throw new PostgrestException(405, "PGRST101", $"Cannot use the {request.Method} method on RPC");
        if (isPost && request.QueryString.HasValue)
            throw PostgrestException.NotOffered("filters, order, limits or columns of a result");

        var profile = request.Headers[isPost ? "Content-Profile" : "Accept-Profile"].ToString();
        if (profile is not "" && profile != options.Schema)
            throw new PostgrestException(406, "PGRST106", $"Invalid schema: {profile}",
                hint: $"Only the following schemas are exposed: {options.Schema}");
        CheckPreferences(request);
        CheckAccept(request);
    }

    private static void CheckPreferences(HttpRequest request)
    {
        var preferences = request.Headers["Prefer"].ToString()
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var unknown = preferences.Where(preference => !KnownPreferences.Contains(preference.Split('=')[0])).ToList();
        if (unknown.Count > 0 && preferences.Contains("handling=strict"))
            throw new PostgrestException(400, "PGRST122", "Invalid preferences given with handling=strict",
                $"Invalid preferences: {string.Join(", ", unknown)}");
        if (preferences.Any(preference => preference.Split('=')[0] is "count" or "tx" or "timezone" or "max-affected"))
            throw PostgrestException.NotOffered("the preferences count, tx, timezone and max-affected");
    }

    private static void CheckAccept(HttpRequest request)
    {
        var wanted = request.GetTypedHeaders().Accept.Select(range => range.MediaType.ToString()).ToList();
        if (wanted.Count is 0 || wanted.Any(range => range is "*/*" or "application/*" or "application/json"))
            return;
        if (wanted.Any(range =>
            range is "text/csv" || range.StartsWith("application/vnd.pgrst.", StringComparison.Ordinal)))
            throw PostgrestException.NotOffered($"answers as {string.Join(", ", wanted)}");
        throw new PostgrestException(406, "PGRST107",
            $"None of these media types are available: {string.Join(", ", wanted)}");
    }

    private Routine? Find(Schema schema, string name, Arguments arguments, bool isPost)
    {
        var overloads = schema.Routines[name].ToList();
        var fitting = overloads.Where(routine => !arguments.IsWholeBody && routine.Takes(arguments.Names)).ToList();
        if (fitting.Count is 0 && isPost)
            fitting = [.. overloads.Where(routine => routine.TakesBodyAs(arguments.BodyTypes))];
        return fitting.Count <= 1 ? fitting.SingleOrDefault() : throw Ambiguous(fitting);
    }

    private PostgrestException Ambiguous(IEnumerable<Routine> routines)
    {
        var candidates = routines.Select(routine => $"{options.Schema}.{routine.Name}(" +
            string.Join(", ", routine.Parameters.Select(parameter => $"{parameter.Name} => {parameter.Type}")) + ")");
        return new PostgrestException(300, "PGRST203",
            $"Could not choose the best candidate function between: {string.Join(", ", candidates)}",
            hint: "Try renaming the parameters or the function itself in the database " +
                "so function overloading can be resolved");
    }

    private PostgrestException NotFound(Schema schema, string name, Arguments arguments, bool isPost)
    {
        var function = $"{options.Schema}.{name}";
        if (arguments.IsWholeBody)
            return new PostgrestException(404, "PGRST202",
                $"Could not find the function {function} in the schema cache",
                $"Searched for the function {function} with a single unnamed {arguments.BodyTypes.First()} " +
                "parameter, but no matches were found in the schema cache.");

        var list = Hint.List(arguments.Names);
        var (signature, searched) = arguments.Names.Count switch
        {
            0 => (" without parameters", "without parameters"),
            1 => (list, $"with parameter {list[1..^1]}"),
            _ => (list, $"with parameters {list[1..^1]}"),
        };
        if (isPost && arguments.Format is ArgumentFormat.JsonBody)
            searched += " or with a single unnamed json/jsonb parameter";
        return new PostgrestException(404, "PGRST202",
            $"Could not find the function {function}{signature} in the schema cache",
            $"Searched for the function {function} {searched}, but no matches were found in the schema cache.",
            Hint.For(options.Schema, name, arguments.Names, schema.Routines));
    }
}
