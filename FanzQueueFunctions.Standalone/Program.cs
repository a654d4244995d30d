using System.Runtime.InteropServices;
using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Standalone;
using FanzQueueFunctions.Standalone.Commands;
using FanzQueueFunctions.Standalone.Http;
using FanzQueueFunctions.Standalone.Settings;
using FanzQueueFunctions.Telemetry;

try
{
    if (HealthProbe.IsAskedFor(args))
        return HealthProbe.Ask(args);
    if (CommandLine.IsAskedFor(args))
        return await CommandLine.RunAsync(args);

    await using var app = PlainProcess.Builder(args).Build();
    app.MapQueue();
    // A terminal that is closed is a stop like another.
    using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
    {
        signal.Cancel = true;
        app.Lifetime.StopApplication();
    });
    try
    {
        await app.StartAsync();
    }
    catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
    {
        // A stop that came before the start was done is a stop, too.
        return Environment.ExitCode;
    }

    app.Announce();
    await app.WaitForShutdownAsync();
    return Environment.ExitCode;
}
// A sentence for the operator: a setting, an address or a database that they can mend. Whatever else is thrown keeps its stack;
// left to the runtime it would end as an abort, with a core dump where those are on.
#pragma warning disable CA1031
catch (Exception exception)
#pragma warning restore CA1031
{
    try
    {
        Console.Error.WriteLine(
            ListenAddress.IsRefused(exception) ? ListenAddress.Refusal(exception)
            : exception is SettingException ? exception.Message
            : exception is QueueStoreException ? Unprintable.Escaped(exception.Message)
            : exception.GetType() == typeof(IOException) ? $"Not all could be written: {exception.Message}"
            : exception.ToString());
    }
    catch (IOException)
    {
        // Nobody can be told but by the exit code.
    }

    return 1;
}
