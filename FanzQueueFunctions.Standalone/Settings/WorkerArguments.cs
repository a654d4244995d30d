using FanzQueueFunctions.Processing;

namespace FanzQueueFunctions.Standalone.Settings;

/// <summary>
/// The worker's command line: settings, each as <c>--Name value</c>, <c>--Name=value</c> or <c>Name=value</c>. Whatever else
/// stands there is refused: who misspells a command or asks for help must not start a production worker.
/// </summary>
internal static class WorkerArguments
{
    private const string Usage =
        """
        usage: FanzQueueFunctions.Standalone [--urls URL] [--NAME VALUE ...]    start the worker; NAME is a setting of README
               FanzQueueFunctions.Standalone check | queue ...                  a command; --help lists them
               FanzQueueFunctions.Standalone --healthcheck                      ask the worker beside for its health
        """;

    // Those that README names, and those by which platforms and .NET say where and as what the process runs.
    private static readonly HashSet<string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        "urls", "ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS", "PORT",
        "environment", "DOTNET_ENVIRONMENT", "AZURE_FUNCTIONS_ENVIRONMENT", "ASPNETCORE_ENVIRONMENT",
        "DATABASE_URL", "SUPABASE_URL", "SUPABASE_SERVICE_ROLE_KEY", "APPLICATIONINSIGHTS_CONNECTION_STRING",
    };

    private static readonly string[] Beginnings = ["Queue:", "Logging:", "ApplicationInsights:", "FUNCTIONS_"];

    private const string ScheduleEnding = "_SCHEDULE";

    /// <returns>The settings by their configuration keys.</returns>
    /// <exception cref="SettingException">An argument is none of the worker's; the sentence has the usage.</exception>
    public static Dictionary<string, string?> Read(string[] args)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < args.Length; i++)
        {
            var isOption = args[i].StartsWith("--", StringComparison.Ordinal) || args[i].StartsWith('/');
            var parts = args[i].TrimStart('-', '/').Split('=', 2);
            var name = parts[0].Replace("__", ConfigurationPath.KeyDelimiter, StringComparison.Ordinal);
            // A value is not repeated: it may be a key.
            if (!IsSetting(name) || args[i].StartsWith('-') && !isOption || parts.Length == 1 && !isOption)
                throw new SettingException($"The worker has no option {Quoted(parts[0], args[i])}.{Environment.NewLine}{Usage}");
            if (parts.Length == 1 && i + 1 == args.Length)
                throw new SettingException($"--{parts[0]} has no value.{Environment.NewLine}{Usage}");
            settings[name] = parts.Length == 2 ? parts[1] : args[++i];
        }

        return settings;
    }

    private static bool IsSetting(string name) =>
        Names.Contains(name)
        || name.EndsWith(ScheduleEnding, StringComparison.OrdinalIgnoreCase)
        || Beginnings.Any(beginning => name.StartsWith(beginning, StringComparison.OrdinalIgnoreCase));

    private static string Quoted(string name, string argument) =>
        $"\"{argument[..argument.IndexOf(name, StringComparison.Ordinal)]}{name}\"";
}
