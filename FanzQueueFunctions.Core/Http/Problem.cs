namespace FanzQueueFunctions.Http;

/// <summary>A problem document (RFC 9457).</summary>
/// <param name="IsTransient">Whether the same request may succeed later.</param>
public sealed record Problem(string Title, int Status, string Detail, bool IsTransient);
