using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Standalone;
using FanzQueueFunctions.Standalone.Commands;
using FanzQueueFunctions.Standalone.Http;
using FanzQueueFunctions.Standalone.Settings;

try
{
    if (HealthProbe.IsAskedFor(args))
        return HealthProbe.Ask(args);
    if (CommandLine.IsAskedFor(args))
        return await CommandLine.RunAsync(args);

    await using var app = PlainProcess.Builder(args).Build();
    app.MapQueue();
    await app.StartAsync();
    app.Announce();
    await app.WaitForShutdownAsync();
    return Environment.ExitCode;
}
// A sentence for the operator: a setting, an address or a database that they can mend. Whatever else is thrown keeps its stack.
catch (Exception exception) when (exception is SettingException or QueueStoreException || ListenAddress.IsRefused(exception))
{
    Console.Error.WriteLine(ListenAddress.IsRefused(exception) ? ListenAddress.Refusal(exception) : exception.Message);
    return 1;
}
