using FanzQueueFunctions.Standalone.Commands;

namespace FanzQueueFunctions.Standalone.Tests;

/// <summary>What is a command, and what starts the worker.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("check")]
    [InlineData("check --json")]
    [InlineData("chekc")]
    [InlineData("--help")]
    [InlineData("--version")]
    public void A_word_or_a_question_is_a_command(string commandLine) =>
        Assert.True(CommandLine.IsAskedFor(commandLine.Split(' ')));

    [Theory]
    [InlineData("--urls http://127.0.0.1:7071")]
    [InlineData("--healthcheck")]
    [InlineData("/Queue:BatchSize 5")]
    [InlineData("Queue__BatchSize=5")]
    public void What_ASP_NET_Core_takes_and_settings_start_the_worker(string commandLine) =>
        Assert.False(CommandLine.IsAskedFor(commandLine.Split(' ')));

    [Theory]
    [InlineData("ada", "ada on the command line")]
    [InlineData("", "Somebody without a name on the command line")]
    public void Whoever_gives_a_command_is_recorded_by_some_name(string user, string actor) =>
        Assert.Equal(actor, CommandActor.Of(user));

    [Fact]
    public void No_argument_starts_the_worker() => Assert.False(CommandLine.IsAskedFor([]));
}
