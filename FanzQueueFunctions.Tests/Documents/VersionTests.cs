using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Tests.Documents;

/// <summary>The one version, wherever it is said again.</summary>
public sealed partial class VersionTests
{
    [Fact]
    public void The_app_has_the_version_of_the_build() => Assert.Contains(
        $"<Version>{AppVersion.Text}</Version>", Read("Directory.Build.props"), StringComparison.Ordinal);

    [Fact]
    public void The_description_of_its_addresses_has_it_too() => Assert.Equal(
        AppVersion.Text,
        (string)JsonNode.Parse(Read("FanzQueueFunctions.Core", "Http", "openapi.json"))!["info"]!["version"]!);

    [Fact]
    public void An_image_says_it_where_no_other_is_given() => Assert.Contains(
        $"\nARG VERSION={AppVersion.Text}\n", Read("Dockerfile"), StringComparison.Ordinal);

    [Fact]
    public void The_SQL_functions_serve_it()
    {
        var serves = Serves().Match(Read("supabase", "schemas", "check", "serves.sql"));
        var version = Version.Parse(AppVersion.Text.Split('-', '+')[0]);

        Assert.InRange(version, Version.Parse(serves.Groups[1].Value), Version.Parse(serves.Groups[2].Value));
        Assert.NotEqual(Version.Parse(serves.Groups[2].Value), version);
    }

    [GeneratedRegex("'from ([0-9.]+), before ([0-9.]+)'")]
    private static partial Regex Serves();

    private static string Read(params string[] path) => File.ReadAllText(Path.Combine([RepositoryFolder.Path, .. path]));
}
