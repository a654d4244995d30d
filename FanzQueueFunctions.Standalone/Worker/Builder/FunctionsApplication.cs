using System.Reflection;
using FanzQueueFunctions.Standalone.Http;

namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Where an app of functions begins.</summary>
public static class FunctionsApplication
{
    /// <summary>A builder for the functions of the entry assembly.</summary>
    /// <param name="args">
    /// The command line: <c>--urls</c>, any setting as <c>--Name value</c>, or <c>--healthcheck</c>, which only asks and ends.
    /// </param>
    /// <exception cref="FanzQueueFunctions.Standalone.FunctionsHostException">
    /// <c>local.settings.json</c> cannot be read.
    /// </exception>
    public static FunctionsApplicationBuilder CreateBuilder(string[] args)
    {
        if (HealthProbe.IsAskedFor(args))
            Environment.Exit(HealthProbe.Ask(args));
        return new(args, Assembly.GetEntryAssembly()!.GetTypes());
    }
}
