using FanzQueueFunctions.Telemetry;

namespace FanzQueueFunctions.Tests.Telemetry;

public sealed class OneLineTests
{
    [Theory]
    [InlineData("Hot New Content", "Hot New Content")]
    [InlineData("Hot\r\n[HEALTH] healthy", "Hot  [HEALTH] healthy")]
    [InlineData("a\u2028b\u2029c\u0085d\u001b[2J", "a b c d [2J")]
    [InlineData("gepj\u202e4pm\u2066a\u200fb\ufeffc", "gepj 4pm a b c")]
    [InlineData("👩‍👩‍👧 עברית", "👩‍👩‍👧 עברית")]
    public void Text_stays_on_one_line(string text, string expected) => Assert.Equal(expected, OneLine.Of(text));

    [Fact]
    public void A_long_text_is_cut_at_300_characters() =>
        Assert.Equal(new string('x', 300) + "…", OneLine.Of(new string('x', 10_000)));

    [Fact]
    public void A_text_that_is_to_stay_whole_loses_what_is_not_to_be_printed_alone() =>
        Assert.Equal($"a {new string('x', 10_000)}", OneLine.Whole($"a\n{new string('x', 10_000)}"));
}
