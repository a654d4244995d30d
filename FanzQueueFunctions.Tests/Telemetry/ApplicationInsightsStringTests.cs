using FanzQueueFunctions.Telemetry;

namespace FanzQueueFunctions.Tests.Telemetry;

public sealed class ApplicationInsightsStringTests
{
    private const string Key = "InstrumentationKey=11111111-2222-3333-4444-555555555555";

    [Theory]
    [InlineData(Key)]
    [InlineData(Key + ";IngestionEndpoint=https://westeurope-5.in.applicationinsights.azure.com/;LiveEndpoint=https://x.example/;ApplicationId=1")]
    public void What_the_portal_shows_is_one(string text) => Assert.Null(ApplicationInsightsString.FaultOf(text));

    [Theory]
    [InlineData("s3cret")]
    [InlineData("InstrumentationKey=s3cret")]
    [InlineData("IngestionEndpoint=https://s3cret.example/")]
    [InlineData(Key + ";" + Key)]
    [InlineData(Key + ";IngestionEndpoint=s3cret")]
    [InlineData(Key + ";IngestionEndpoint=")]
    [InlineData("\"" + Key + "\"")]
    public void What_its_libraries_would_throw_at_is_told_without_repeating_it(string text)
    {
        var fault = ApplicationInsightsString.FaultOf(text);

        Assert.NotNull(fault);
        Assert.DoesNotContain("s3cret", fault);
    }
}
