namespace FanzQueueFunctions.Testbed.Development;

/// <summary>A queue with a past, and with a mess on top of it: see world.sql.</summary>
public static class DemoWorld
{
    /// <summary>As many items of a mess as a person looks at.</summary>
    public const int Mess = 4000;

    /// <param name="items">How many items of a mess there are; none leaves the past alone.</param>
    public static async Task FillAsync(TestDatabase database, int items) => await database.ExecuteAsync(
        $"set world.items = '{items}';"
        + await File.ReadAllTextAsync(Path.Combine(RepositoryFolder.Path, "FanzQueueFunctions.Testbed", "Development", "world.sql"))
        + "reset world.items");
}
