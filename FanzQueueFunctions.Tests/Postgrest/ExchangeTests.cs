
namespace FanzQueueFunctions.Tests.Postgrest;

/// <summary>The stand-in answers what PostgREST answered: every recorded exchange is a case of its own.</summary>
[Collection(nameof(PostgrestCollection))]
public sealed class ExchangeTests(Replay replay) : IClassFixture<Replay>
{
    // What no caller in this repository uses. The stand-in refuses it rather than answer it wrongly.
    private static readonly Dictionary<string, string> LeftOut = new()
    {
        ["RPC setof rows with filters, select, order"] = "filters, columns and order of a result",
        ["RPC setof rows, Prefer count=exact and limit"] = "counts, and a limit on a result",
        ["RPC setof as single object (vnd.pgrst.object), one row"] = "a filter, and PostgREST's own media type",
        ["RPC text/csv"] = "CSV",
        ["Prefer echoed"] = "counts, and the preference for a time zone",
    };

    public static TheoryData<string> Compared =>
        [.. Exchange.All.Select(exchange => exchange.Name).Where(name => !LeftOut.ContainsKey(name))];

    public static TheoryData<string> Refused => [.. LeftOut.Keys];

    [Theory]
    [MemberData(nameof(Compared))]
    public void An_exchange_is_answered_as_recorded(string name) =>
        Assert.Equal(Exchange.All.Single(exchange => exchange.Name == name).Recorded, replay[name]);

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_is_left_out_is_refused_by_name(string name)
    {
        Assert.StartsWith("501\n", replay[name], StringComparison.Ordinal);
        Assert.Contains("The stand-in for PostgREST does not do", replay[name], StringComparison.Ordinal);
    }

    [Fact]
    public void The_recording_is_whole()
    {
        Assert.Equal(113, Exchange.All.Count);
        Assert.Equal(113, Exchange.All.Select(exchange => exchange.Name).Distinct().Count());
    }
}
