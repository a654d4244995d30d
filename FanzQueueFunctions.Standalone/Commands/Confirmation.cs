using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Telemetry;

namespace FanzQueueFunctions.Standalone.Commands;

/// <summary>Asks the operator before a change.</summary>
internal static class Confirmation
{
    /// <param name="database">Which one it is about.</param>
    /// <param name="fact">What will happen, said where nobody can be asked.</param>
    /// <param name="question">The question.</param>
    /// <returns>Whether somebody was there and said yes; where not, it says that nothing was changed.</returns>
    public static bool IsGiven(DatabaseName database, string fact, string question)
    {
        if (Console.IsInputRedirected || Console.IsErrorRedirected)
        {
            Console.Error.WriteLine($"{fact} Say --yes where nobody can be asked. (Database: {OneLine.Of(database.Text)})");
        }
        else
        {
            Console.Error.Write($"{OneLine.Of(database.Text)}: {question} [y/N] ");
            if (Console.ReadLine()?.Trim() is "y" or "Y" or "yes")
                return true;
        }

        Console.Error.WriteLine("Nothing was changed.");
        return false;
    }
}
