using FanzQueueFunctions;
using FanzQueueFunctions.Http;
using FanzQueueFunctions.Processing;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;

try
{
    var builder = FunctionsApplication.CreateBuilder(args);
    builder.ConfigureFunctionsWebApplication();
    builder.AddQueue(EntraId.Read(builder.Configuration));
    builder.AddWorkerLog();
    await builder.Build().RunAsync();
    return Environment.ExitCode;
}
// A sentence for the operator, who can mend a setting; whatever else is thrown keeps its stack.
catch (SettingException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}
