namespace FanzQueueFunctions.Testbed;

/// <summary>A form of the app that can be started.</summary>
/// <param name="File">The program.</param>
/// <param name="Arguments">What comes before the app's own command line.</param>
public sealed record AppProgram(string File, params string[] Arguments)
{
    private const string Setting = "APP_EXECUTABLE";

    /// <summary>As it was built, in the configuration that the calling program was built in.</summary>
    public static AppProgram Built { get; } = new("dotnet", Path.Combine(FolderOf("bin"), "FanzQueueFunctions.dll"));

    /// <summary>Where the build for the Functions host is: what <c>-p:FunctionsHost=Azure</c> makes.</summary>
    public static string AzureFolder { get; } = FolderOf(Path.Combine("bin", "Azure"));

    /// <summary>The published executable that <c>APP_EXECUTABLE</c> names; null where it is not set.</summary>
    public static AppProgram? Published { get; } =
        Environment.GetEnvironmentVariable(Setting) is { Length: > 0 } file ? new(Path.GetFullPath(file)) : null;

    /// <summary>What tests and chaos start.</summary>
    public static AppProgram Chosen => Published ?? Built;

    private static string FolderOf(string output) => Path.Combine(
        RepositoryFolder.Path, "FanzQueueFunctions", output,
        AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug", "net10.0");
}
