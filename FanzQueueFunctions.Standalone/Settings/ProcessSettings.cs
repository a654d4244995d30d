using FanzQueueFunctions.Processing;

namespace FanzQueueFunctions.Standalone.Settings;

/// <summary>
/// The app's settings: the environment, over it the command line, and in Development, below both,
/// <c>local.settings.json</c>, as func reads it. <c>appsettings.json</c> is not read.
/// </summary>
internal static class ProcessSettings
{
    private static readonly string[] Stores = ["DATABASE_URL", "SUPABASE_URL", "SUPABASE_SERVICE_ROLE_KEY"];

    /// <param name="args">The command line.</param>
    /// <exception cref="SettingException">An argument is none of the worker's, or the file cannot be read.</exception>
    public static ConfigurationManager Read(string[] args) => Read(args, AppContext.BaseDirectory);

    /// <param name="args">The command line.</param>
    /// <param name="folder">The app's folder, where <c>local.settings.json</c> is looked for first.</param>
    internal static ConfigurationManager Read(string[] args, string folder)
    {
        var settings = new ConfigurationManager();
        settings.AddEnvironmentVariables();
        settings.AddInMemoryCollection(WorkerArguments.Read(args));
        if (EnvironmentName(settings) == Environments.Development && LocalSettings.Find(folder) is { } file)
            // It is a developer's: what the others say wins, and what is empty says nothing.
            settings.AddInMemoryCollection(
                [.. Beside(settings, LocalSettings.Read(file)).Where(setting => settings.ReadText(setting.Key) is null)]);
        return settings;
    }

    /// <summary>Development, Production and the like; asked in the order that the isolated worker does.</summary>
    public static string? EnvironmentName(IConfiguration settings) =>
        settings.ReadText("environment") ?? settings.ReadText("DOTNET_ENVIRONMENT")
            ?? settings.ReadText("AZURE_FUNCTIONS_ENVIRONMENT") ?? settings.ReadText("ASPNETCORE_ENVIRONMENT");

    // Which database is worked is one question, however many settings answer it: whoever has answered it is not overruled by
    // the file's answer in another of them.
    private static IEnumerable<KeyValuePair<string, string?>> Beside(IConfiguration settings, Dictionary<string, string?> file) =>
        Stores.Any(name => settings.ReadText(name) is not null)
            ? file.Where(setting => !Stores.Contains(setting.Key, StringComparer.OrdinalIgnoreCase))
            : file;
}
