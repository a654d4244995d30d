using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FanzQueueFunctions.Telemetry;
using FanzQueueFunctions.Testbed;
using Microsoft.Extensions.DependencyInjection;

namespace FanzQueueFunctions.Tests.Documents;

/// <summary>docs/reference says what the code says.</summary>
public sealed partial class ReferenceTests
{
    private static readonly string[] Projects = ["FanzQueueFunctions", "FanzQueueFunctions.Core", "FanzQueueFunctions.Standalone"];

    [Fact]
    public async Task The_page_of_SQL_functions_has_each_that_may_be_called_with_what_its_file_says_of_it()
    {
        var functions = Directory.GetFiles(Path.Combine(RepositoryFolder.Path, "supabase", "schemas"), "*.sql", SearchOption.AllDirectories)
            .Select(file => SqlFunction().Match(File.ReadAllText(file).ReplaceLineEndings("\n")))
            .Where(function => function.Success && function.Groups["result"].Value != "trigger")
            .Select(function => (
                Signature: Spaces().Replace(function.Groups["signature"].Value, " ").Replace("( ", "(", StringComparison.Ordinal)
                    .Replace(" )", ")", StringComparison.Ordinal),
                Result: function.Groups["result"].Value,
                Comment: CommentMark().Replace(function.Groups["comment"].Value, "").Trim()))
            .OrderBy(function => function.Signature, StringComparer.Ordinal)
            .ToList();

        Assert.NotEmpty(functions);
        Same(await ReferencePage.HoldAsync(
            "sql.md",
            "SQL functions",
            "the heads of the files in `supabase/schemas`",
            "What stands in `public`, for `service_role` and the tables' owner. [supabase/README.md](../../supabase/README.md) tells who calls whom.\n\n"
                + string.Concat(functions.Select(f => $"## {f.Signature[..f.Signature.IndexOf('(', StringComparison.Ordinal)]}\n\n"
                    + $"`{f.Signature}` gives `{f.Result}`\n\n```text\n{f.Comment}\n```\n\n"))));
    }

    [Fact]
    public async Task The_page_of_log_lines_has_each_with_its_level()
    {
        List<string[]> lines = [["level", "line"]];
        foreach (var file in Sources())
        {
            var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
            var found = LogLine().Matches(text);
            // None is passed by because it is written in another way.
            Assert.Equal(LogMark().Count(text), found.Count);
            lines.AddRange(found.Select(line => new[]
            {
                line.Groups["level"].Value.ToLowerInvariant(),
                $"`{string.Concat(line.Groups["part"].Captures.Select(part => Regex.Unescape(part.Value)))}`",
            }));
        }

        Assert.True(lines.Count > 1);
        Same(await ReferencePage.HoldAsync(
            "log.md",
            "Log lines",
            "the sources",
            "What stands in braces is a field of its own in Application Insights, under that name. `[{ShortId}]` is a part of the item's id, "
                + "and the field `ItemId` all of it.\n\n" + ReferencePage.Table(lines)));
    }

    [Fact]
    public async Task The_page_of_metrics_has_each_with_its_kind_and_unit()
    {
        List<string[]> rows = [["metric", "kind", "unit", "what it counts"]];
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, services.GetRequiredService<IMeterFactory>()))
            {
                var kind = instrument.GetType().Name;
                rows.Add([$"`{instrument.Name}`", kind[..kind.IndexOf('`', StringComparison.Ordinal)].Replace("Observable", "", StringComparison.Ordinal).ToLowerInvariant(),
                    instrument.Unit ?? "", instrument.Description ?? ""]);
            }
        };
        listener.Start();
        _ = new QueueMetrics(services.GetRequiredService<IMeterFactory>());

        Assert.True(rows.Count > 1);
        Same(await ReferencePage.HoldAsync(
            "metrics.md", "Metrics", "`QueueMetrics`", $"On the meter `{QueueMetrics.MeterName}`.\n\n" + ReferencePage.Table(rows)));
    }

    [Fact]
    public async Task The_page_of_HTTP_has_each_address_with_its_key_and_what_it_takes()
    {
        var document = JsonNode.Parse(await File.ReadAllTextAsync(
            Path.Combine(RepositoryFolder.Path, "FanzQueueFunctions.Core", "Http", "openapi.json"), TestContext.Current.CancellationToken))!;
        var body = $"{document["info"]!["description"]}\n\n`GET /api/queue/openapi` answers with all of it, for programs. "
            + "Beside it there are `GET /api/alive`, `GET /api/ready` and `GET /api/queue/console`, without a key, and `POST /api/queue/reset-stuck` and "
            + "`POST /api/queue/wake`, each with the key of its function.\n\n";
        foreach (var (path, methods) in document["paths"]!.AsObject())
        {
            foreach (var (method, operation) in methods!.AsObject())
            {
                var keys = operation!["security"]?.AsArray().SelectMany(one => one!.AsObject().Select(key => key.Key)) ?? [];
                body += $"## {method.ToUpperInvariant()} /api/queue{path}\n\n{operation["summary"]}. Key: {Key(keys)}.\n\n";
                var order = (string?)operation["requestBody"]?["content"]?["application/json"]?["schema"]?["$ref"];
                var members = order is null ? null : document["components"]!["schemas"]![order[(order.LastIndexOf('/') + 1)..]]!["properties"]!.AsObject();
                var rows = operation["parameters"]?.AsArray()
                    .Select(one => new[] { $"`{one!["name"]}`", (string)one["in"]!, TypeOf(one["schema"]!), (string?)one["description"] ?? "" })
                    .Concat(members?.Select(one => new[] { $"`{one.Key}`", "body", TypeOf(one.Value!), (string?)one.Value!["description"] ?? "" }) ?? [])
                    .ToList();
                if (rows is { Count: > 0 })
                    body += ReferencePage.Table(rows.Prepend(["name", "in", "type", "what it says"])) + "\n";
            }
        }

        Same(await ReferencePage.HoldAsync("http.md", "HTTP", "`openapi.json`", body));
    }

    [Fact]
    public async Task The_page_of_settings_names_those_that_the_code_reads_and_no_others()
    {
        var page = await File.ReadAllTextAsync(
            Path.Combine(RepositoryFolder.Path, "docs", "reference", "settings.md"), TestContext.Current.CancellationToken);
        var named = SettingOnPage().Matches(page).SelectMany(row => row.Groups["name"].Captures).Select(name => name.Value);

        // What the frameworks read, and what is put together from a function's name.
        Assert.Equal(
            SettingsInTheCode().Append("PORT").Append("Logging__LogLevel__Default").Order(StringComparer.Ordinal),
            named.Where(name => !name.StartsWith("FUNCTIONS_KEY_", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_example_of_local_settings_has_each_setting_of_the_queue()
    {
        var example = JsonNode.Parse(await File.ReadAllTextAsync(
            Path.Combine(RepositoryFolder.Path, "local.settings.json.example"), TestContext.Current.CancellationToken))!["Values"]!.AsObject();

        Assert.Empty(SettingsInTheCode()
            .Where(name => SettingOfTheQueue().IsMatch(name))
            .Except(example.Select(setting => setting.Key)));
    }

    private static HashSet<string> SettingsInTheCode() =>
        [.. Sources().SelectMany(file => SettingInCode().Matches(File.ReadAllText(file)))
            .Select(name => name.Groups["name"].Value.Replace(":", "__", StringComparison.Ordinal))];

    // Said whole, where an assertion of its own would cut it.
    private static void Same(string? told) => Assert.True(told is null, told);

    private static string Key(IEnumerable<string> keys) => string.Join(", or ", keys.Select(key => key switch
    {
        "readKey" => "`QueueRead`",
        "changeKey" => "`QueueChange`",
        "entraId" => "a sign-in with Entra ID, under `/api/queue/entra`",
        _ => key,
    }).DefaultIfEmpty("none"));

    private static string TypeOf(JsonNode schema) =>
        (string?)schema["$ref"] is { } name ? name[(name.LastIndexOf('/') + 1)..]
        : schema["enum"] is JsonArray values ? string.Join(", ", values.Select(value => $"`{value}`"))
        : string.Join(" or ", (schema["type"] as JsonArray)?.Select(type => (string)type!) ?? [(string?)schema["type"] ?? "any"])
            + (schema["minimum"] is { } least ? $", {least} to {schema["maximum"]}" : "")
            + (schema["default"] is { } standard ? $", {standard} where it is left out" : "");

    private static IEnumerable<string> Sources() => Projects
        .SelectMany(project => Directory.GetFiles(Path.Combine(RepositoryFolder.Path, project), "*.cs", SearchOption.AllDirectories))
        .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);

    [GeneratedRegex(
        @"(?<comment>(?:^--.*\n)+)create or replace function public\.(?<signature>[a-z_0-9]+\([^)]*\))\nreturns (?<result>[^\n]+)",
        RegexOptions.Multiline)]
    private static partial Regex SqlFunction();

    [GeneratedRegex("^-- ?", RegexOptions.Multiline)]
    private static partial Regex CommentMark();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"\[LoggerMessage\(\s*LogLevel\.(?<level>\w+),\s*(?:""(?<part>(?:[^""\\]|\\.)*)""[\s+]*)+\)\]")]
    private static partial Regex LogLine();

    [GeneratedRegex(@"[""%](?<name>Queue:[A-Za-z]+|[A-Z]+(?:_[A-Z]+)+)[""%]")]
    private static partial Regex SettingInCode();

    [GeneratedRegex("^\\| `(?<name>[A-Za-z_]+)`(?:, `(?<name>[A-Za-z_]+)`)*", RegexOptions.Multiline)]
    private static partial Regex SettingOnPage();

    [GeneratedRegex("^(Queue__|SUPABASE_|DATABASE_URL|APPLICATIONINSIGHTS_)|_SCHEDULE$")]
    private static partial Regex SettingOfTheQueue();

    [GeneratedRegex(@"\[LoggerMessage\(")]
    private static partial Regex LogMark();
}
