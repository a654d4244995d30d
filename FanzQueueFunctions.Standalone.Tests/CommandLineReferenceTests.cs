using System.CommandLine;
using FanzQueueFunctions.Standalone.Commands;
using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Standalone.Tests;

/// <summary>docs/reference/command-line.md says what the command line knows.</summary>
public sealed class CommandLineReferenceTests
{
    [Fact]
    public async Task The_page_of_the_command_line_has_each_command_with_its_arguments_and_options()
    {
        var told = await ReferencePage.HoldAsync(
            "command-line.md",
            "Command line",
            "the commands",
            "`FanzQueueFunctions.Standalone`, or `dotnet FanzQueueFunctions.Standalone.dll`, with the worker's settings. Without a command it is the worker. "
                + "Exit codes: 0 done; others are in [using.md](../using.md#look-retry-cancel).\n\n"
                + Describe(CheckCommand.Create(), "") + Describe(QueueCommand.Create(), ""));

        Assert.True(told is null, told);
    }

    private static string Describe(Command command, string parent)
    {
        var name = $"{parent}{command.Name}";
        var usage = string.Concat(command.Arguments.Select(
            argument => argument.Arity.MinimumNumberOfValues == 0 ? $" [<{argument.Name}>]" : $" <{argument.Name}>"));
        var rows = command.Arguments.Select(argument => new[] { $"`<{argument.Name}>`", argument.Description ?? "" })
            .Concat(command.Options.Select(option => new[] { $"`{option.Name}`", option.Description ?? "" }))
            .ToList();
        var own = command.Subcommands.Count > 0
            ? ""
            : $"## {name}\n\n`{name}{usage}`: {command.Description}\n\n"
                + (rows.Count == 0 ? "" : ReferencePage.Table(rows.Prepend(["argument or option", "what it says"])) + "\n");
        return own + string.Concat(command.Subcommands.Select(one => Describe(one, $"{name} ")));
    }
}
