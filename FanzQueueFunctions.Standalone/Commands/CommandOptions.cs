using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;
using FanzQueueFunctions.Operations;

namespace FanzQueueFunctions.Standalone.Commands;

/// <summary>Options of one kind, which refuse what they do not understand in a sentence, the same wherever they stand.</summary>
internal static class CommandOptions
{
    public static Option<bool> Yes() => new("--yes") { Description = "Do not ask." };

    public static Option<bool> Json() => new("--json") { Description = "Print the answer as JSON." };

    /// <summary>A time; one without a zone is UTC, as times are printed.</summary>
    public static Option<DateTimeOffset?> Time(string name, string description) => new(name)
    {
        Description = $"{description} UTC where it has no zone.",
        CustomParser = result => DateTimeOffset.TryParse(
            Text(result), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : Refuse<DateTimeOffset?>(result, $"{name} must be a time, as in 2026-11-24T20:00:00Z."),
    };

    public static Option<Guid?> Id(string name, string description) => new(name)
    {
        Description = description,
        CustomParser = result => Guid.TryParseExact(Text(result), "D", out var id)
            ? id
            : Refuse<Guid?>(result, $"{name} must be an id, as in 3f2b8c1e-0000-4000-8000-000000000000."),
    };

    public static Argument<Guid> IdArgument(string name, string description) => new(name)
    {
        Description = description,
        CustomParser = result => Ids(result) is [var id] ? id : default,
    };

    public static Argument<Guid[]> IdArguments(string name, string description) => new(name)
    {
        Description = description,
        Arity = ArgumentArity.ZeroOrMore,
        CustomParser = Ids,
    };

    /// <param name="otherwise">Where the option is left out; null for none.</param>
    public static Option<int?> Whole(string name, string description, int least, int most, int? otherwise = null) => new(name)
    {
        Description = $"{description}, {least} to {most}{(otherwise is null ? "" : $"; {otherwise} where it is left out")}.",
        DefaultValueFactory = _ => otherwise,
        CustomParser = result => int.TryParse(Text(result), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most
            ? number
            : Refuse<int?>(result, $"{name} must be one whole number from {least} to {most}."),
    };

    /// <summary>One of an enum's values.</summary>
    public static Option<T?> Choice<T>(string name)
        where T : struct, Enum
    {
        var names = Enum.GetNames<T>().Select(JsonNamingPolicy.KebabCaseLower.ConvertName).ToArray();
        var option = new Option<T?>(name)
        {
            Description = $"One of {string.Join(", ", names)}.",
            CustomParser = result => Array.FindIndex(
                names, known => known.Replace("-", "", StringComparison.Ordinal).Equals(
                    Text(result).Replace("-", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase)) is var place and >= 0
                ? Enum.GetValues<T>()[place]
                : Refuse<T?>(result, $"{name} must be one of {string.Join(", ", names)}."),
        };
        option.CompletionSources.Clear();
        option.CompletionSources.Add(_ => names.Select(known => new System.CommandLine.Completions.CompletionItem(known)));
        return option;
    }

    private static Guid[]? Ids(ArgumentResult result)
    {
        List<Guid> ids = [];
        foreach (var token in result.Tokens)
        {
            if (!Guid.TryParseExact(token.Value, "D", out var id))
                return Refuse<Guid[]>(result, $"\"{RequestText.Shortened(token.Value)}\" is no id. One is like 3f2b8c1e-0000-4000-8000-000000000000.");
            ids.Add(id);
        }

        return [.. ids];
    }

    private static string Text(ArgumentResult result) => result.Tokens.Count == 1 ? result.Tokens[0].Value : "";

    private static T? Refuse<T>(ArgumentResult result, string sentence)
    {
        result.AddError(sentence);
        return default;
    }
}
