namespace FanzQueueFunctions.Operations;

/// <summary>What is asked of an idempotency key, whoever gives it.</summary>
internal static class IdempotencyKeys
{
    /// <returns>The key; a new one where none is given.</returns>
    /// <exception cref="RefusedRequestException">It is empty, too long, or has other signs than ASCII's.</exception>
    public static string Checked(string? key)
    {
        if (key is not null && (key.Length is 0 or > 200 || key.Any(letter => letter is <= ' ' or > '~')))
            throw new RefusedRequestException("Idempotency-Key must be 1 to 200 letters, digits and signs of ASCII.");
        return key ?? Guid.CreateVersion7().ToString();
    }
}
