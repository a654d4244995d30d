using System.Reflection;

namespace FanzQueueFunctions.Testbed;

/// <summary>The version in Directory.Build.props, which is the app's and that of all projects.</summary>
public static class BuildVersion
{
    /// <summary>As <c>1.0.0</c>.</summary>
    public static string Text { get; } =
        typeof(BuildVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
}
