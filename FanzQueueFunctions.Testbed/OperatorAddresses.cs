namespace FanzQueueFunctions.Testbed;

/// <summary>What an operator may ask for below <c>/api/queue/</c>, for tests that try all of it.</summary>
public static class OperatorAddresses
{
    public static readonly string[] Views =
        ["overview", "series", "platforms", "items", "find?id=3f2b8c1e-0000-4000-8000-000000000000", "failures", "creators?name=a", "findings", "changes", "openapi"];

    public static readonly string[] Verbs = ["retry", "cancel", "prune", "undo", "pause", "resume", "limit", "reset"];
}
