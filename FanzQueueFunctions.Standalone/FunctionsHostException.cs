namespace FanzQueueFunctions.Standalone;

/// <summary>
/// The host cannot start as it is set up. The message is a whole sentence for the operator: what is wrong, where, and
/// what to do. An <see cref="InvalidOperationException"/>, as the Functions host throws for the same faults.
/// </summary>
public sealed class FunctionsHostException : InvalidOperationException
{
    internal FunctionsHostException(string message, Exception? innerException = null) : base(message, innerException)
    {
    }
}
