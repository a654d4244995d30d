using Microsoft.Extensions.Configuration;

namespace FanzQueueFunctions.Processing;

/// <summary>
/// What people call the database, where there is one for each region: <c>Queue__DatabaseName</c>, or host and database. It stands
/// in banner, heartbeat, overview, console, command line and metrics, so that nobody takes one for another.
/// </summary>
public sealed record DatabaseName(string Text)
{
    private const int Longest = 60;

    /// <param name="otherwise">Where it is not set.</param>
    /// <exception cref="SettingException">It is too long.</exception>
    public static DatabaseName Read(IConfiguration configuration, string otherwise)
    {
        var text = configuration.ReadText("Queue:DatabaseName");
        if (text?.Length > Longest)
            throw new SettingException($"Setting Queue__DatabaseName has {text.Length} characters; it must have {Longest} at most.");
        return new(text ?? otherwise);
    }
}
