using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Storage;
using FanzQueueFunctions.Telemetry;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;

try
{
    var builder = FunctionsApplication.CreateBuilder(args);
    builder.ConfigureFunctionsWebApplication();
    builder.Configuration.AddScheduleDefaults();
    builder.Services.AddQueueProcessing(QueueOptions.Read(builder.Configuration));
    builder.Services.AddQueueStore(StoreSettings.Read(builder.Configuration));
    builder.AddQueueTelemetry();
    await builder.Build().RunAsync();
    return 0;
}
// A setting of the app's, or what the host refuses: a sentence for the operator, no stack.
catch (Exception exception) when (exception is SettingException or InvalidOperationException)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}
