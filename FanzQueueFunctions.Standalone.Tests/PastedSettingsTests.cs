using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Testbed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FanzQueueFunctions.Standalone.Tests;

/// <summary>What people paste into settings: read, or refused in a sentence before anything starts; never anything else.</summary>
public sealed class PastedSettingsTests
{
    private const string Secret = "hunter2-is-the-secret";

    private static readonly string[] Secrets =
        ["DATABASE_URL", "SUPABASE_SERVICE_ROLE_KEY", "FUNCTIONS_HOST_KEY", "APPLICATIONINSIGHTS_CONNECTION_STRING"];

    private static readonly string[] Pasted =
    [
        "", " ", "\n", "\0", "5", "5 ", " 5\r\n", "\uFEFF5", "5\u00A0", "\"5\"", "'5'", "5\n6", "5;6", "0", "-1", "1e9", "1,5", "NaN", "٣",
        "true", "TRUE ", "yes", "null", "undefined", "${X}", "%X%", "@X", "••••", "sb_secret_abcd••••", "Information", "http://", "https://x",
        $"sb_secret_{Secret}\nx", $"postgres://app:{Secret}@127.0.0.1:9/x\ny", $"postgres://app:{Secret}", $"Host=127.0.0.1;Password={Secret};Minimum Pool Size=20",
        $"Host=127.0.0.1;Password={Secret};Maximum Pool Size=0", $"Host=127.0.0.1;Password={Secret};Command Timeout=-5",
        $"InstrumentationKey={Secret}", $"{Secret}=", $"{Secret}", "*/10 * * * * *", "\"*/10 * * * * *\"", "* * * * *",
    ];

    public static TheoryData<string> Names
    {
        get
        {
            var tables = File.ReadAllText(Path.Combine(RepositoryFolder.Path, "docs", "reference", "settings.md")).Split("## Settings")[1];
            return [.. tables.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal))
                .SelectMany(line => line.Split('|')[1].Split(',')).Select(name => name.Trim(' ', '`'))];
        }
    }

    [Theory, MemberData(nameof(Names))]
    public async Task A_setting_is_read_or_refused_in_a_sentence_that_does_not_repeat_a_secret(string name)
    {
        foreach (var pasted in Pasted)
        {
            string[] database = name.StartsWith("SUPABASE", StringComparison.Ordinal)
                ? ["--SUPABASE_URL=https://x.supabase.co", "--SUPABASE_SERVICE_ROLE_KEY=sb_secret_of_the_tests"]
                : ["--DATABASE_URL=postgres://app@127.0.0.1:9/x"];
            try
            {
                await using var app = PlainProcess.Builder([.. database, $"--{name}={pasted}"]).Build();
                Assert.NotEmpty(app.Services.GetServices<IHostedService>());
            }
            catch (SettingException refusal)
            {
                Assert.False(
                    Secrets.Contains(name) && refusal.Message.Contains(Secret, StringComparison.Ordinal), $"{name}={pasted}: {refusal.Message}");
            }
            catch (Exception exception)
            {
                Assert.Fail($"{name}={pasted}: {exception}");
            }
        }
    }
}
