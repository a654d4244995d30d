namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>ASP.NET Core for <see cref="FunctionsApplicationBuilder"/>.</summary>
public static class FunctionsApplicationBuilderAspNetCoreExtensions
{
    /// <summary>Lets functions take an <c>HttpRequest</c> and return an <c>IResult</c>.</summary>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static FunctionsApplicationBuilder ConfigureFunctionsWebApplication(this FunctionsApplicationBuilder builder)
    {
        builder.ServesHttpFunctions = true;
        return builder;
    }
}
