namespace FanzQueueFunctions.Operations;

/// <summary>A request that cannot be served as it is. The message names the part, what it must be, and repeats nothing secret.</summary>
internal sealed class RefusedRequestException(string message) : Exception(message);
