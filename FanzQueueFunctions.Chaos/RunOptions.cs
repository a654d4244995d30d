using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Chaos;

/// <summary>What a run is asked for.</summary>
/// <param name="Seed">Where all random numbers start.</param>
/// <param name="Length">How long the storm lasts.</param>
internal sealed record RunOptions(int Seed, TimeSpan Length)
{
    /// <summary>Whether one of the workers is the Functions app.</summary>
    public bool WithAzure { get; init; } = true;

    /// <summary>On a content_posts to which others have added columns and triggers of every kind.</summary>
    public bool Grown { get; init; }

    /// <summary>The app of the release before, to begin with on its database and to upgrade; null: no upgrade.</summary>
    public AppProgram? Before { get; init; }
}
