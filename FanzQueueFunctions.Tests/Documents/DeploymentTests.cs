using System.Diagnostics;
using System.Reflection;
using System.Text.Json.Nodes;
using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Tests.Documents;

/// <summary>What deploys the app: the templates by their own compiler, the settings and workflows against what they belong to.</summary>
public sealed class DeploymentTests
{
    private const string Validator = "@action-validator/cli@0.6.0";
    private const string ValidatorCore = "@action-validator/core@0.6.0";

    private const string YoungerThanTheValidator = "      attestations: write\n";

    [Fact]
    public async Task The_templates_compile_without_a_warning()
    {
        var (exitCode, output, error) = await CompileAsync();

        Assert.Equal("", error);
        Assert.Equal(0, exitCode);
        Assert.Contains("\"resources\"", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_home_page_of_the_Functions_host_is_off() =>
        Assert.Contains("'AzureWebJobsDisableHomepage', 'true'", (await CompileAsync()).Output, StringComparison.Ordinal);

    [Fact]
    public async Task Every_parameter_that_azd_fills_in_is_one_of_the_template_and_the_other_way_round()
    {
        var template = JsonNode.Parse((await CompileAsync()).Output)!;

        Assert.Equal(
            template["parameters"]!.AsObject().Select(one => one.Key).Order(), Parameters.Select(one => one.Key).Order());
    }

    [Fact]
    public void Every_setting_of_the_reference_can_be_set_by_azd_under_its_own_name()
    {
        string[] elsewhere = ["SUPABASE_URL", "SUPABASE_SERVICE_ROLE_KEY", "DATABASE_URL", "APPLICATIONINSIGHTS_CONNECTION_STRING"];
        var table = Read("docs/reference/settings.md").Split("## Settings")[1].Split("\n## ")[0];
        var names = table.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .SelectMany(line => line.Split('|')[1].Split(',')).Select(name => name.Trim(' ', '`'))
            .Where(name => !name.StartsWith("FUNCTIONS_", StringComparison.Ordinal) && !elsewhere.Contains(name)).ToList();
        var settings = Parameters["settings"]!["value"]!.AsObject();

        Assert.Equal(names.Order(), settings.Select(one => one.Key).Order());
        Assert.All(settings, one => Assert.Equal($"${{{one.Key}}}", (string)one.Value!));
    }

    public static TheoryData<string> Workflows =>
        [.. Directory.GetFiles(Path.Combine(RepositoryFolder.Path, ".github", "workflows")).Select(file => Path.GetFileName(file)!).Order()];

    [Theory, MemberData(nameof(Workflows))]
    public async Task A_workflow_is_what_GitHub_takes(string name)
    {
        var folder = Directory.CreateTempSubdirectory("fanz-workflows-").FullName;
        try
        {
            await RunAsync("npm", "install", "--no-audit", "--no-fund", "--prefix", folder, Validator, ValidatorCore);
            // The validator knows what a file is by the folder that it lies in.
            var workflow = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, ".github", "workflows")).FullName, name);
            await File.WriteAllTextAsync(
                workflow, Read($".github/workflows/{name}").Replace(YoungerThanTheValidator, "", StringComparison.Ordinal),
                TestContext.Current.CancellationToken);

            var (exitCode, output, error) = await RunAsync(
                Path.Combine(folder, "node_modules", ".bin", "action-validator"), workflow);

            Assert.Equal((0, ""), (exitCode, output + error));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory, MemberData(nameof(Workflows))]
    public void Every_action_is_pinned_to_a_commit(string name) => Assert.All(
        Read($".github/workflows/{name}").Split('\n').Where(line => line.Contains("uses:", StringComparison.Ordinal)),
        line => Assert.Matches("uses: [a-z-]+/[a-z-]+@[0-9a-f]{40} # v[0-9.]+$", line));

    [Fact]
    public void What_tests_a_version_has_no_right_but_to_read_and_what_deploys_it_runs_no_test()
    {
        var jobs = Read(".github/workflows/deploy.yml").Split("\njobs:\n")[1].Split("\n  deploy:\n");

        Assert.DoesNotContain("id-token", jobs[0], StringComparison.Ordinal);
        Assert.DoesNotContain("environment:", jobs[0], StringComparison.Ordinal);
        Assert.Contains("./dev test", jobs[0], StringComparison.Ordinal);
        Assert.Contains("id-token: write", jobs[1], StringComparison.Ordinal);
        Assert.DoesNotContain("./dev", jobs[1], StringComparison.Ordinal);
        Assert.DoesNotContain("dotnet", jobs[1], StringComparison.Ordinal);
    }

    private static JsonObject Parameters => JsonNode.Parse(Read("infra/main.parameters.json"))!["parameters"]!.AsObject();

    private static string Read(string path) => File.ReadAllText(Path.Combine(RepositoryFolder.Path, path)).ReplaceLineEndings("\n");

    private static Task<(int ExitCode, string Output, string Error)> CompileAsync()
    {
        var compiler = typeof(DeploymentTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(one => one.Key == "Bicep").Value;
        Assert.SkipWhen(string.IsNullOrEmpty(compiler), "Its compiler is fetched for Linux on x64 alone.");
        // NuGet keeps no right to execute.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(compiler!, File.GetUnixFileMode(compiler!) | UnixFileMode.UserExecute);
        return RunAsync(compiler!, "build", Path.Combine(RepositoryFolder.Path, "infra", "main.bicep"), "--stdout");
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output, await error);
    }
}
