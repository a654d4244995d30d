namespace FanzQueueFunctions.Commands;

/// <summary>Asks the operator before a change.</summary>
internal static class Confirmation
{
    /// <param name="fact">What will happen, said where nobody can be asked.</param>
    /// <param name="question">The question.</param>
    /// <returns>Whether somebody was there and said yes.</returns>
    public static bool IsGiven(string fact, string question)
    {
        if (Console.IsInputRedirected || Console.IsErrorRedirected)
        {
            Console.Error.WriteLine($"{fact} Say --yes where nobody can be asked.");
            return false;
        }

        Console.Error.Write($"{question} [y/N] ");
        return Console.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }
}
