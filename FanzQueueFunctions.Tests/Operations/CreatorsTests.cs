using System.Text.Json.Nodes;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Tests.Database;
using Npgsql;

namespace FanzQueueFunctions.Tests.Operations;

public sealed class CreatorsTests(PostgresFixture postgres)
{
    [Theory]
    [InlineData("lu", "LU%_na", "Luna Vale", "luna vale")]
    [InlineData("LUNA", "Luna Vale", "luna vale")]
    [InlineData("LU%", "LU%_na")]
    [InlineData("una")]
    [InlineData("\\")]
    public async Task Creators_are_found_by_how_their_name_begins_in_capitals_or_not(string name, params string[] found)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await AddCreatorsAsync(database, "array['Luna Vale', 'luna vale', 'LU%_na', 'Max', 'Fortuna']");

        var answer = await FindAsync(database, name);

        Assert.Equal(found.Order(StringComparer.Ordinal), Names(answer).Order(StringComparer.Ordinal));
        Assert.True((bool)answer["is_whole"]!);
    }

    [Fact]
    public async Task Of_more_than_twenty_the_first_by_name_are_given_and_the_answer_says_so()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await AddCreatorsAsync(database, "(select array_agg('Luna ' || chr(96 + n)) from generate_series(21, 1, -1) n)");

        var answer = await FindAsync(database, "luna");

        Assert.Equal(Enumerable.Range('a', 20).Select(letter => $"Luna {(char)letter}"), Names(answer));
        Assert.False((bool)answer["is_whole"]!);
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    public async Task A_search_for_nothing_is_refused(string? name)
    {
        await using var database = await postgres.CreateDatabaseAsync();

        var exception = await Assert.ThrowsAsync<PostgresException>(() => FindAsync(database, name));

        Assert.Equal(PostgresErrorCodes.InvalidParameterValue, exception.SqlState);
    }

    private static Task<int> AddCreatorsAsync(TestDatabase database, string names) =>
        database.ExecuteAsync($"insert into creators (creator_name) select unnest({names})");

    private static Task<JsonObject> FindAsync(TestDatabase database, string? name) =>
        database.ObjectAsync("select post_queue_creators($1)::text", name);

    private static IEnumerable<string> Names(JsonObject answer) =>
        answer["creators"]!.AsArray().Select(creator => (string)creator!["creator_name"]!);
}
