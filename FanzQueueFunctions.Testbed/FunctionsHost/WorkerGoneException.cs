namespace FanzQueueFunctions.Testbed.FunctionsHost;

/// <summary>The worker's process ended while the host waited for it.</summary>
public sealed class WorkerGoneException(string message) : Exception(message);
