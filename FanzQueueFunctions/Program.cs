using FanzQueueFunctions.Commands;
using FanzQueueFunctions.Functions;
using FanzQueueFunctions.Operations;
using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Storage;
using FanzQueueFunctions.Telemetry;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

try
{
    if (CommandLine.IsAskedFor(args))
        return await CommandLine.RunAsync(args);

    var builder = FunctionsApplication.CreateBuilder(args);
    builder.ConfigureFunctionsWebApplication();
    builder.Configuration.AddScheduleDefaults();
    var options = QueueOptions.Read(builder.Configuration);
    var store = StoreSettings.Read(builder.Configuration);
    builder.Services.AddQueueProcessing(options);
    builder.Services.AddQueueOperations(RetentionOptions.Read(builder.Configuration));
    builder.Services.AddQueueStore(store);
    builder.Services.AddQueueWake(options, store);
    builder.Services.AddSingleton(EntraId.Read(builder.Configuration));
    builder.AddQueueTelemetry();
    await builder.Build().RunAsync();
    return Environment.ExitCode;
}
// A setting of the app's, what the host refuses, or a store that failed a command: a sentence for the operator, no stack.
catch (Exception exception) when (exception is SettingException or InvalidOperationException or QueueStoreException)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}
