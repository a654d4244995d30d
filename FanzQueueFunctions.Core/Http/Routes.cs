namespace FanzQueueFunctions.Http;

/// <summary>The addresses below <c>/api/</c>, in ASP.NET Core's syntax, the same on both heads.</summary>
public static class Routes
{
    public const string Alive = "alive";
    public const string Ready = "ready";
    public const string ResetStuck = "queue/reset-stuck";
    public const string Wake = "queue/wake";
    public const string Console = "queue/console/{*path}";
    public const string Principal = "queue/entra";

    public const string Read = "queue/" + View;
    public const string ReadByPrincipal = "queue/entra/" + View;
    public const string Change = "queue/" + Verb;
    public const string ChangeByPrincipal = "queue/entra/" + Verb;

    // By name, so that no other path under /api/queue is answered by them.
    private const string View = "{view:regex(^(overview|series|platforms|find|export|items|failures|creators|findings|changes|openapi)$)}/{id?}";
    private const string Verb = "{verb:regex(^(retry|cancel|prune|undo|pause|resume|limit|reset)$)}";
}
