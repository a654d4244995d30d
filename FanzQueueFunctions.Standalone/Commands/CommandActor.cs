namespace FanzQueueFunctions.Standalone.Commands;

/// <summary>Who gives a command, for the record of it.</summary>
internal static class CommandActor
{
    public static string Name => Of(Environment.UserName);

    /// <param name="user">In a container the user may have a number and no name.</param>
    internal static string Of(string user) => $"{(string.IsNullOrWhiteSpace(user) ? "Somebody without a name" : user)} on the command line";
}
