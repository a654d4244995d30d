using System.Text.Json.Nodes;
using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Azure.Tests;

/// <summary>What the Functions host learns of the app before the first run.</summary>
public sealed class IndexTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Every_function_of_the_code_is_announced_loaded_and_listed_in_functions_metadata()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var app = await AzureApp.StartAsync(("DATABASE_URL", database.ConnectionString));
        await app.AddressAsync();

        var announced = app.Functions.Values.ToDictionary(
            function => function.Name, function => (function.Metadata.EntryPoint, Bindings: new JsonArray([.. function.Bindings.Select(Plain)])));

        Assert.Equal(NamesInTheCode(), announced.Keys.Order());
        foreach (var listed in Metadata())
        {
            var (entryPoint, bindings) = announced[(string)listed["name"]!];
            Assert.Equal((string)listed["entryPoint"]!, entryPoint);
            Assert.True(
                JsonNode.DeepEquals(new JsonArray([.. listed["bindings"]!.AsArray().Select(Plain)]), bindings),
                $"{listed["bindings"]!.ToJsonString()} is listed, {bindings.ToJsonString()} is announced");
        }
    }

    [Fact]
    public async Task The_worker_can_be_told_to_cancel_a_run_and_to_end_and_takes_requests_at_an_address_of_its_own()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var app = await AzureApp.StartAsync(("DATABASE_URL", database.ConnectionString));
        await app.AddressAsync();

        Assert.Contains("HandlesInvocationCancelMessage", app.Capabilities);
        Assert.Contains("HandlesWorkerTerminateMessage", app.Capabilities);
        Assert.Contains("HttpUri", app.Capabilities);
    }

    [Fact]
    public async Task The_banner_is_shown_once_although_no_run_logs_it()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var app = await AzureApp.StartAsync(("DATABASE_URL", database.ConnectionString));
        await app.FireAsync("HealthHeartbeat");

        await app.WaitForLineAsync("Started: ");

        Assert.Single(app.Lines, line => line.EndsWith("FANZ Multi-Platform Queue Worker", StringComparison.Ordinal));
        Assert.Single(app.Lines, line => line.Contains("Store: 127.0.0.1:", StringComparison.Ordinal));
        Assert.Single(app.Lines, line => line.EndsWith($"Version: {BuildVersion.Text}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_database_without_the_migrations_ends_the_worker_and_the_log_says_what_to_do()
    {
        await using var empty = await postgres.CreateEmptyDatabaseAsync();
        await using var app = await AzureApp.StartAsync(("DATABASE_URL", empty.ConnectionString));

        Assert.Equal(1, await app.WaitForExitAsync());
        Assert.Single(app.Lines, line => line.Contains("Apply the migrations in supabase/migrations", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_timer_but_the_minutes_takes_its_schedule_from_a_setting_and_none_needs_storage()
    {
        var timers = Metadata()
            .SelectMany(function => function["bindings"]!.AsArray())
            .Where(binding => (string?)binding!["type"] == "timerTrigger")
            .ToArray();

        Assert.Equal(
            ["%HEALTH_SCHEDULE%", "%PROCESS_QUEUE_SCHEDULE%", "%PRUNE_SCHEDULE%", "30 * * * * *"],
            timers.Select(timer => (string)timer!["schedule"]!).Order(StringComparer.Ordinal));
        Assert.All(timers, timer => Assert.False((bool)timer!["useMonitor"]!));
    }

    [Fact]
    public void Every_setting_that_the_host_looks_up_is_in_the_example_and_in_the_infrastructure()
    {
        var example = File.ReadAllText(Path.Combine(RepositoryFolder.Path, "local.settings.json.example"));
        var infrastructure = File.ReadAllText(Path.Combine(RepositoryFolder.Path, "infra", "function-app.bicep"));
        var settings = Metadata()
            .SelectMany(function => function["bindings"]!.AsArray())
            .Select(binding => (string?)binding!["schedule"])
            .OfType<string>()
            .Where(schedule => schedule[0] == '%')
            .Select(schedule => schedule.Trim('%'))
            .ToArray();

        Assert.NotEmpty(settings);
        Assert.All(settings, setting => Assert.Contains($"\"{setting}\"", example));
        Assert.All(settings, setting => Assert.Contains(setting, infrastructure));
    }

    /// <summary>From the sources, so that a function that the build passes over is missed.</summary>
    private static IEnumerable<string> NamesInTheCode() =>
        Directory.GetFiles(Path.Combine(RepositoryFolder.Path, "FanzQueueFunctions", "Functions"), "*.cs")
            .SelectMany(File.ReadLines)
            .Select(line => line.Trim())
            .Where(line => line.StartsWith("[Function(\"", StringComparison.Ordinal))
            .Select(line => line.Split('"')[1])
            .Order();

    private static IEnumerable<JsonNode> Metadata() =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(AppProgram.FunctionsAppFolder, "functions.metadata")))!.AsArray().OfType<JsonNode>();

    /// <summary>Without what the build adds, which says nothing of the function, and its words in one case.</summary>
    private static JsonNode Plain(JsonNode? binding)
    {
        var copy = binding!.DeepClone().AsObject();
        copy.Remove("properties");
        return JsonNode.Parse(copy.ToJsonString().Replace("\"In\"", "\"in\"").Replace("\"Out\"", "\"out\""))!;
    }
}
