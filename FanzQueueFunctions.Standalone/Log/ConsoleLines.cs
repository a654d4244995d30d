using System.Buffers;
using System.Text;
using System.Threading.Channels;

namespace FanzQueueFunctions.Standalone.Log;

/// <summary>
/// The log on standard output, written by a thread of its own: where nobody reads it, or a full disk is behind it, the work
/// goes on. Lines that find no room are counted, and the count is said when there is room again.
/// </summary>
internal sealed class ConsoleLines : ILoggerProvider
{
    private const int MostWaiting = 10_000;
    private const int BytesOfAWrite = 64 * 1024;

    // What the end of the process waits for a reader.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Stream _output;
    private readonly Channel<string> _waiting = Channel.CreateBounded<string>(
        new BoundedChannelOptions(MostWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
    private readonly Thread _writer;
    private readonly Lock _counting = new();
    private long _taken;
    private long _written;
    private long _lost;

    public ConsoleLines() : this(Console.OpenStandardOutput())
    {
    }

    public ConsoleLines(Stream output)
    {
        _output = output;
        _writer = new Thread(WriteAll) { IsBackground = true, Name = "log" };
        _writer.Start();
    }

    public ILogger CreateLogger(string categoryName) => new Logger(this);

    /// <summary>Waits until all lines so far are written, for two seconds at most.</summary>
    public void Flush() => SpinWait.SpinUntil(() => Volatile.Read(ref _written) >= Volatile.Read(ref _taken), Patience);

    public void Dispose()
    {
        _waiting.Writer.TryComplete();
        _writer.Join(Patience);
    }

    private void Write(string line)
    {
        lock (_counting)
        {
            if (_waiting.Writer.TryWrite(line))
                _taken++;
            else
                _lost++;
        }
    }

    private void WriteAll()
    {
        var bytes = new ArrayBufferWriter<byte>(BytesOfAWrite);
        // It blocks: this thread has nothing else to do.
        while (_waiting.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            var lines = 0;
            if (Interlocked.Exchange(ref _lost, 0) is var lost and > 0)
                Append($"{lost} lines of the log are lost: nobody read it");
            while (bytes.WrittenCount < BytesOfAWrite && _waiting.Reader.TryRead(out var line))
            {
                Append(line);
                lines++;
            }

            try
            {
                _output.Write(bytes.WrittenSpan);
                _output.Flush();
            }
#pragma warning disable CA1031 // A full disk behind the log, or a reader that is gone, must not fail the work that is being logged.
            catch (Exception)
#pragma warning restore CA1031
            {
            }

            bytes.ResetWrittenCount();
            Interlocked.Add(ref _written, lines);
        }

        void Append(string line)
        {
            Encoding.UTF8.GetBytes(line, bytes);
            bytes.Write("\n"u8);
        }
    }

    private sealed class Logger(ConsoleLines lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                lines.Write(LogLine.Of(logLevel, formatter(state, exception), exception));
        }
    }
}
