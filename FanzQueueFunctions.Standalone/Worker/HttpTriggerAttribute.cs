namespace Microsoft.Azure.Functions.Worker;

/// <summary>Runs the function on an HTTP request; the parameter is an ASP.NET Core <c>HttpRequest</c>.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class HttpTriggerAttribute : Attribute
{
    public HttpTriggerAttribute()
    {
    }

    public HttpTriggerAttribute(params string[] methods) => Methods = methods;

    public HttpTriggerAttribute(AuthorizationLevel authLevel) => AuthLevel = authLevel;

    public HttpTriggerAttribute(AuthorizationLevel authLevel, params string[] methods)
    {
        AuthLevel = authLevel;
        Methods = methods;
    }

    /// <summary>The route under <c>/api</c>, in ASP.NET Core's syntax; the function's name where it is null.</summary>
    public string? Route { get; set; }

    /// <summary>The methods served; all of them where it is null or empty.</summary>
    public string[]? Methods { get; private set; }

    /// <summary>
    /// Which key a request must bring. Function where none is named, with methods or without: the Functions host takes
    /// it so.
    /// </summary>
    public AuthorizationLevel AuthLevel { get; private set; } = AuthorizationLevel.Function;
}
