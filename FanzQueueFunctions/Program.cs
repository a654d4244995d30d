using FanzQueueFunctions;
using FanzQueueFunctions.Http;
using FanzQueueFunctions.Processing;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;

try
{
    using var signals = new HostSignals();
    var builder = FunctionsApplication.CreateBuilder(args);
    builder.ConfigureFunctionsWebApplication();
    Schedules.Demand(builder.Configuration);
    builder.AddQueue(EntraId.Read(builder.Configuration));
    builder.AddHostLimits();
    builder.AddWorkerLog();
    var app = builder.Build();
    signals.Stop(app);
    await app.RunAsync();
    return signals.ExitCode;
}
// A sentence for the operator, who can mend a setting; whatever else is thrown keeps its stack.
catch (SettingException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}
