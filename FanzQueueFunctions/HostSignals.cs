using System.Runtime.InteropServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FanzQueueFunctions;

/// <summary>
/// Why the worker ends. The Functions host tells it to over their channel, and then expects exit code 0. A worker that was
/// stopped by a signal while its host lives must not end with 0: the host would start no other one.
/// </summary>
internal sealed class HostSignals : IDisposable
{
    // By which the host knows a worker that asks to be started again (WorkerConstants.IntentionalRestartExitCode).
    private const int StartAgain = 200;

    private readonly PosixSignalRegistration[] _registrations;
    private IHost? _app;
    private volatile bool _signalled;

    public HostSignals() => _registrations =
        [.. new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT, PosixSignal.SIGHUP }.Select(
            signal => PosixSignalRegistration.Create(signal, Note))];

    /// <summary>What to end with.</summary>
    public int ExitCode => Environment.ExitCode != 0 ? Environment.ExitCode : _signalled ? StartAgain : 0;

    /// <summary>From here on a signal stops this app.</summary>
    public void Stop(IHost app) => _app = app;

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
    }

    private void Note(PosixSignalContext signal)
    {
        _signalled = true;
        if (_app is null)
            return;
        signal.Cancel = true;
        _app.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
    }
}
