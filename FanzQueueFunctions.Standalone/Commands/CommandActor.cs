namespace FanzQueueFunctions.Standalone.Commands;

/// <summary>Who gives a command, for the record of it.</summary>
internal static class CommandActor
{
    public static string Name => $"{Environment.UserName} on the command line";
}
