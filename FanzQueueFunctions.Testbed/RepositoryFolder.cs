namespace FanzQueueFunctions.Testbed;

/// <summary>Where the repository's root is, seen from a program that was built inside it.</summary>
public static class RepositoryFolder
{
    public static string Path { get; } = Find(AppContext.BaseDirectory);

    private static string Find(string folder)
    {
        while (!File.Exists(System.IO.Path.Combine(folder, "FanzQueueFunctions.sln")))
            folder = System.IO.Path.GetDirectoryName(folder) ??
                throw new InvalidOperationException($"No FanzQueueFunctions.sln above {AppContext.BaseDirectory}.");
        return folder;
    }
}
