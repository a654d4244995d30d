using FanzQueueFunctions.Telemetry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FanzQueueFunctions.Processing;

/// <summary>
/// The check of the database at start. It begins beside the host's own start, and the first batch waits for it: with a
/// database in which no item can be posted the app claims nothing and ends, with exit code 1. A database that does not
/// answer is checked by the first firing that reaches it.
/// </summary>
public sealed class StartCheck(DatabaseCheck check, IHostApplicationLifetime lifetime, ILogger<StartCheck> logger)
    : IHostedService
{
    private const int MostLines = 5;

    private readonly Lock _lock = new();
    private Task<bool>? _check;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Not waited for. If it fails, the first firing tries again and says so.
        _ = Task.Run(() => PassesAsync(CancellationToken.None), CancellationToken.None);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Waits until the database has been checked, which is done once.</summary>
    /// <returns>False where no item can be posted; the app is ending then.</returns>
    /// <exception cref="QueueStoreException">The database did not answer; the next call asks it again.</exception>
    public Task<bool> PassesAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_check is null or { IsFaulted: true })
                _check = RunAsync();
            return _check.WaitAsync(cancellationToken);
        }
    }

    private async Task<bool> RunAsync()
    {
        IReadOnlyList<Finding> findings;
        try
        {
            findings = await check.FindAsync();
        }
        // The fault of the check alone: no reason to leave the queue unworked.
        catch (QueueStoreException exception) when (exception.Error
            is QueueStoreError.Timeout or QueueStoreError.MalformedAnswer or QueueStoreError.Refused)
        {
            logger.NotChecked(exception.Message);
            return true;
        }

        var bad = findings.Where(finding => finding.Level >= FindingLevel.Warning).ToList();
        foreach (var finding in bad.Take(MostLines))
            logger.Found(finding);
        if (bad.Count > MostLines)
            logger.FoundMore(bad.Count - MostLines);
        if (!bad.Exists(finding => finding.Level == FindingLevel.Error))
            return true;

        logger.Unfit();
        Environment.ExitCode = 1;
        // Stopped while it starts, the host would end with an exception.
        lifetime.ApplicationStarted.Register(lifetime.StopApplication);
        return false;
    }
}
