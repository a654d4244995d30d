using System.Text;
using FanzQueueFunctions.Standalone.Log;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FanzQueueFunctions.Standalone.Tests;

/// <summary>How messages read on standard output.</summary>
public sealed class LogTests
{
    [Theory]
    [InlineData(LogLevel.Information, "Batch complete", "Batch complete")]
    [InlineData(LogLevel.Information, "[a1b2c3d4] ✅ SUCCESS - 👩‍👧 café", "[a1b2c3d4] ✅ SUCCESS - 👩‍👧 café")]
    [InlineData(LogLevel.Information, "", "")]
    [InlineData(LogLevel.Trace, "a", "trce: a")]
    [InlineData(LogLevel.Debug, "a", "dbug: a")]
    [InlineData(LogLevel.Warning, "a", "a")]
    [InlineData(LogLevel.Error, "a", "a")]
    [InlineData(LogLevel.Critical, "a", "a")]
    public void A_message_is_one_line_with_a_prefix_where_it_does_not_inform(LogLevel level, string message, string line) =>
        Assert.Equal(line, LogLine.Of(level, message, null));

    [Theory]
    [InlineData("Nice\n[a1b2c3d4] ✅ SUCCESS", @"Nice\n[a1b2c3d4] ✅ SUCCESS")]
    [InlineData("a\r\nb\tc", @"a\r\nb\tc")]
    [InlineData("\u001b[2Jcleared", @"\u001b[2Jcleared")]
    [InlineData("a\u0085b\u2028c\u2029d", @"a\u0085b\u2028c\u2029d")]
    [InlineData("a\u202eb\0\u007f", @"a\u202eb\u0000\u007f")]
    public void Text_from_outside_cannot_begin_a_line_or_steer_the_terminal(string message, string line) =>
        Assert.Equal(line, LogLine.Of(LogLevel.Information, message, null));

    [Fact]
    public void An_exception_follows_its_message_and_each_of_its_lines_is_set_in()
    {
        var exception = new InvalidDataException("bad\n[a1b2c3d4] ✅ SUCCESS\u001b[0m");

        Assert.Equal(
            "It failed\n" +
            "      System.IO.InvalidDataException: bad\n" +
            "      [a1b2c3d4] ✅ SUCCESS\\u001b[0m",
            LogLine.Of(LogLevel.Error, "It failed", exception));
    }

    [Fact]
    public async Task Lines_of_many_threads_do_not_mix()
    {
        using var output = new MemoryStream();
        using var lines = new ConsoleLines(output);
        var logger = lines.CreateLogger("any");

        await Parallel.ForAsync(0, 10_000, Now.Token, (i, _) =>
        {
            logger.Log(LogLevel.Information, default, i, null, (number, _) => $"line {number} ✅");
            return ValueTask.CompletedTask;
        });

        lines.Flush();
        var expected = Enumerable.Range(0, 10_000).Select(i => $"line {i} ✅").Order();
        Assert.Equal(expected, Encoding.UTF8.GetString(output.ToArray()).TrimEnd('\n').Split('\n').Order());
    }

    [Fact]
    public void A_full_disk_behind_the_log_fails_nobody()
    {
        using var output = new FullDisk();
        using var lines = new ConsoleLines(output);

        lines.CreateLogger("any").Log(LogLevel.Information, default, "lost", null, (text, _) => text);
        lines.Flush();

        Assert.True(output.WasWritten);
    }

    [Fact]
    public async Task Where_nobody_reads_the_log_whoever_logs_goes_on_and_later_it_says_how_much_is_lost()
    {
        using var output = new UnreadPipe();
        using var lines = new ConsoleLines(output);
        var logger = lines.CreateLogger("any");

        logger.Log(LogLevel.Information, default, "first", null, (text, _) => text);
        await output.Blocked.Task.WaitAsync(Now.Token);
        for (var i = 0; i < 10_003; i++)
            logger.Log(LogLevel.Information, default, "more", null, (text, _) => text);
        output.IsRead.Set();
        lines.Flush();

        Assert.StartsWith(
            "first\n3 lines of the log are lost: nobody read it\nmore\n", Encoding.UTF8.GetString(output.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_apps_messages_are_logged_and_the_frameworks_from_warning_on()
    {
        await using var host = await TestHost.StartAsync();

        Log(host, "FanzQueueFunctions.Any", LogLevel.Information);
        Log(host, "FanzQueueFunctions.Any", LogLevel.Debug);
        Log(host, "Microsoft.AspNetCore.Any", LogLevel.Warning);
        Log(host, "Microsoft.AspNetCore.Any", LogLevel.Information);
        Log(host, "System.Net.Http.HttpClient.any", LogLevel.Information);

        Assert.Equal("FanzQueueFunctions.Any Information\nMicrosoft.AspNetCore.Any Warning\n", host.Log);
    }

    [Fact]
    public async Task Levels_are_settings()
    {
        await using var host = await TestHost.StartAsync(settings: new()
        {
            ["Logging:LogLevel:Default"] = "Debug",
            ["Logging:LogLevel:Microsoft"] = "Error",
        });

        Log(host, "FanzQueueFunctions.Any", LogLevel.Debug);
        Log(host, "Microsoft.AspNetCore.Any", LogLevel.Warning);

        Assert.EndsWith("dbug: FanzQueueFunctions.Any Debug\n", host.Log, StringComparison.Ordinal);
    }

    private static void Log(TestHost host, string category, LogLevel level) =>
        host.Services.GetRequiredService<ILoggerFactory>().CreateLogger(category)
            .Log(level, default, (category, level), null, (state, _) => $"{state.category} {state.level}");

    private sealed class UnreadPipe : MemoryStream
    {
        public TaskCompletionSource Blocked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ManualResetEventSlim IsRead { get; } = new();

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Blocked.TrySetResult();
            IsRead.Wait();
            base.Write(buffer);
        }

        protected override void Dispose(bool disposing)
        {
            IsRead.Set();
            base.Dispose(disposing);
        }
    }

    private sealed class FullDisk : MemoryStream
    {
        public bool WasWritten { get; private set; }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            WasWritten = true;
            throw new IOException("No space left on device");
        }
    }
}
