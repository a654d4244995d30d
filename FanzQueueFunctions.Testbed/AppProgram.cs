namespace FanzQueueFunctions.Testbed;

/// <summary>A form of the app that can be started.</summary>
/// <param name="File">The program.</param>
/// <param name="Arguments">What comes before the app's own command line.</param>
public sealed record AppProgram(string File, params string[] Arguments)
{
    private const string Setting = "APP_EXECUTABLE";
    private const string SettingOfBefore = "APP_BEFORE";

    /// <summary>The plain process as it was built, in the configuration that the calling program was built in.</summary>
    public static AppProgram Built { get; } =
        new("dotnet", ProgramOf("FanzQueueFunctions.Standalone"));

    /// <summary>Where the Functions app was built to, or the published one that <c>FUNCTIONS_APP</c> names.</summary>
    public static string FunctionsAppFolder { get; } =
        Environment.GetEnvironmentVariable("FUNCTIONS_APP") is { Length: > 0 } folder
            ? Path.GetFullPath(folder)
            : FolderOf("FanzQueueFunctions");

    /// <summary>The published executable that <c>APP_EXECUTABLE</c> names; null where it is not set.</summary>
    public static AppProgram? Published { get; } =
        Environment.GetEnvironmentVariable(Setting) is { Length: > 0 } file ? new(Path.GetFullPath(file)) : null;

    /// <summary>
    /// The app of the release before, which <c>APP_BEFORE</c> names: an executable, or a .dll for <c>dotnet</c>; null where
    /// it is not set.
    /// </summary>
    public static AppProgram? Before { get; } =
        Environment.GetEnvironmentVariable(SettingOfBefore) is not { Length: > 0 } file ? null
        : file.EndsWith(".dll", StringComparison.Ordinal) ? new("dotnet", Path.GetFullPath(file))
        : new(Path.GetFullPath(file));

    /// <summary>What tests and chaos start.</summary>
    public static AppProgram Chosen => Published ?? Built;

    /// <summary>The .dll of one of this repository's programs, as it was built.</summary>
    public static string ProgramOf(string project) => Path.Combine(FolderOf(project), $"{project}.dll");

    private static string FolderOf(string project) => Path.Combine(
        RepositoryFolder.Path, project, "bin",
        AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug", "net10.0");
}
