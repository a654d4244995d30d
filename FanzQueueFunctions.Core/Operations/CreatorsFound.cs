namespace FanzQueueFunctions.Operations;

/// <summary>The creators whose name begins as asked, by name.</summary>
/// <param name="IsWhole">False where there are more than 20, of whom the rest is left out.</param>
public sealed record CreatorsFound(IReadOnlyList<Creator> Creators, bool IsWhole);

public sealed record Creator(Guid CreatorId, string CreatorName);
