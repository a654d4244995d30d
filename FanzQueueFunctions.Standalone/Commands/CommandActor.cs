namespace FanzQueueFunctions.Standalone.Commands;

/// <summary>Who gives a command, for the record of it.</summary>
internal static class CommandActor
{
    // In a container the user may have a number and no name.
    public static string Name =>
        $"{(Environment.UserName is { Length: > 0 } name ? name : "Somebody without a name")} on the command line";
}
