namespace FanzQueueFunctions.Chaos;

/// <summary>One thing that must hold.</summary>
/// <param name="Name">What must hold, as a sentence.</param>
/// <param name="Sql">A row for each thing that is looked at: what it is, and whether it holds.</param>
/// <param name="Parameters">The statement's, if any.</param>
internal sealed record Check(string Name, string Sql, params IReadOnlyList<object> Parameters);

/// <summary>What a check found.</summary>
/// <param name="LookedAt">How many things it looked at.</param>
/// <param name="Broken">For how many of them it does not hold.</param>
/// <param name="Examples">Some of the broken ones.</param>
internal sealed record CheckResult(string Name, long LookedAt, long Broken, IReadOnlyList<string> Examples)
{
    /// <summary>The result of a check that is no SQL.</summary>
    /// <param name="broken">What does not hold, in words.</param>
    public static CheckResult Of(string name, long lookedAt, IReadOnlyList<string> broken) =>
        new(name, lookedAt, broken.Count, [.. broken.Take(5)]);
}
