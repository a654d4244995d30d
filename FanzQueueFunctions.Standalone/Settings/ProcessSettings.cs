
namespace FanzQueueFunctions.Standalone.Settings;

/// <summary>
/// The app's settings as func gives them: <c>local.settings.json</c>, over it the environment, over that the command
/// line. <c>appsettings.json</c> is not read.
/// </summary>
internal static class ProcessSettings
{
    /// <param name="args">The command line.</param>
    /// <param name="folder">Where the search for <c>local.settings.json</c> begins.</param>
    public static ConfigurationManager Read(string[] args, string folder)
    {
        var settings = new ConfigurationManager();
        if (LocalSettings.Find(folder) is { } file)
            settings.AddInMemoryCollection(LocalSettings.Read(file));
        settings.AddEnvironmentVariables();
        settings.AddCommandLine(args);
        return settings;
    }

    /// <summary>Development, Production and the like; asked in the order that the isolated worker does.</summary>
    public static string? EnvironmentName(IConfiguration settings) =>
        settings["DOTNET_ENVIRONMENT"] ?? settings["AZURE_FUNCTIONS_ENVIRONMENT"] ?? settings["ASPNETCORE_ENVIRONMENT"];
}
