using Microsoft.Azure.Functions.Worker;

namespace FanzQueueFunctions.Standalone.Catalog;

/// <summary>A function run on a request.</summary>
/// <param name="Name">The function's name.</param>
/// <param name="Call">How it is called.</param>
/// <param name="Route">Its path below <c>/api/</c>, in ASP.NET Core's syntax.</param>
/// <param name="Methods">The methods served, in capitals; empty for all.</param>
/// <param name="Level">Which key a request must bring.</param>
internal sealed record HttpFunction(
    string Name, FunctionCall Call, string Route, IReadOnlyList<string> Methods, AuthorizationLevel Level)
{
    public bool Serves(string method) => Methods.Count == 0 || Methods.Contains(method, StringComparer.OrdinalIgnoreCase);
}
