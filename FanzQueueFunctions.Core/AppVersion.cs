using System.Reflection;

namespace FanzQueueFunctions;

/// <summary>The app's version, which stands in Directory.Build.props and nowhere else.</summary>
public static class AppVersion
{
    /// <summary>As <c>1.0.0</c>.</summary>
    public static string Text { get; } =
        typeof(AppVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
}
