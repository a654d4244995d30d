using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using FanzQueueFunctions.Standalone.Http;

namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Where an app of functions begins.</summary>
public static class FunctionsApplication
{
    /// <summary>Why functions can be found by reflection even in an app that was trimmed.</summary>
    internal const string KeptWhole = "The app's project keeps its assembly whole (TrimmerRootAssembly).";

    /// <summary>A builder for the functions of the entry assembly.</summary>
    /// <param name="args">
    /// The command line: <c>--urls</c>, any setting as <c>--Name value</c>, or <c>--healthcheck</c>, which only asks and ends.
    /// </param>
    /// <exception cref="FanzQueueFunctions.Standalone.FunctionsHostException">
    /// <c>local.settings.json</c> cannot be read.
    /// </exception>
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = KeptWhole)]
    public static FunctionsApplicationBuilder CreateBuilder(string[] args)
    {
        if (HealthProbe.IsAskedFor(args))
            Environment.Exit(HealthProbe.Ask(args));
        return new(args, Assembly.GetEntryAssembly()!.GetTypes());
    }
}
