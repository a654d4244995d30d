using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Tests.Sql;

/// <summary>A migration of a release is never changed: <c>supabase db push</c> would not run it again.</summary>
public sealed class ReleaseTests : IDisposable
{
    private const string Claim = "20261123000200_post_queue_claim.sql";

    private readonly string _folder = Directory.CreateTempSubdirectory("fanz-release-").FullName;

    public ReleaseTests()
    {
        foreach (var file in Migrations.Files)
            File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Every_migration_of_a_release_is_as_it_was()
    {
        Assert.NotEmpty(Release.All);
        Assert.All(Release.All, release => Assert.Empty(release.Breaches(_folder)));
    }

    [Fact]
    public void A_changed_migration_is_refused()
    {
        File.AppendAllText(Path.Combine(_folder, Claim), "\n");

        Assert.Equal(
            [$"{Claim} is not what it was in release 1: put it back, and change in a new file what it made."],
            Release.All[0].Breaches(_folder));
    }

    [Fact]
    public void A_missing_migration_is_refused()
    {
        File.Delete(Path.Combine(_folder, Claim));

        Assert.Equal(
            [$"{Claim} of release 1 is missing: put it back under this name."], Release.All[0].Breaches(_folder));
    }

    [Fact]
    public void A_renamed_migration_is_refused()
    {
        File.Move(Path.Combine(_folder, Claim), Path.Combine(_folder, "20271231000000_post_queue_claim.sql"));

        Assert.Equal(
            [$"{Claim} of release 1 is missing: put it back under this name."], Release.All[0].Breaches(_folder));
    }

    [Fact]
    public void A_new_migration_that_sorts_before_a_released_one_is_refused()
    {
        File.WriteAllText(Path.Combine(_folder, "20261123000250_late.sql"), "select 1");

        Assert.Equal(
            ["20261123000250_late.sql sorts before 20261123000600_queue_storage.sql of release 1: give it a later number."],
            Release.All[0].Breaches(_folder));
    }
}
