using System.Text.Json.Nodes;
using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Tests.Documents;

/// <summary>The one version, wherever it is said again.</summary>
public sealed class VersionTests
{
    [Fact]
    public void The_app_has_the_version_of_the_build() => Assert.Contains(
        $"<Version>{AppVersion.Text}</Version>", Read("Directory.Build.props"), StringComparison.Ordinal);

    [Fact]
    public void The_description_of_its_addresses_has_it_too() => Assert.Equal(
        AppVersion.Text,
        (string)JsonNode.Parse(Read("FanzQueueFunctions.Core", "Http", "openapi.json"))!["info"]!["version"]!);

    private static string Read(params string[] path) => File.ReadAllText(Path.Combine([RepositoryFolder.Path, .. path]));
}
