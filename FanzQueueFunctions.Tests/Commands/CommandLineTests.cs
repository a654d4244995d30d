using FanzQueueFunctions.Commands;

namespace FanzQueueFunctions.Tests.Commands;

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
    [InlineData("--host 127.0.0.1 --port 40123 --workerId 0f8fad5b --requestId 7c9e6679 --grpcMaxMessageLength 2147483647")]
    [InlineData("--functions-uri http://127.0.0.1:40123 --functions-worker-id 0f8fad5b")]
    [InlineData("--urls http://127.0.0.1:7071")]
    [InlineData("--healthcheck")]
    [InlineData("/Queue:BatchSize 5")]
    [InlineData("Queue__BatchSize=5")]
    public void What_hosts_pass_and_settings_start_the_worker(string commandLine) =>
        Assert.False(CommandLine.IsAskedFor(commandLine.Split(' ')));

    [Fact]
    public void No_argument_starts_the_worker() => Assert.False(CommandLine.IsAskedFor([]));
}
