using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Tests.Sql;

/// <summary>A copy of <c>supabase</c> to make releases of that nobody has, to see how they are made and pushed.</summary>
internal sealed class MadeUpRepository : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fanz-supabase-").FullName;

    public MadeUpRepository()
    {
        var original = Path.Combine(RepositoryFolder.Path, "supabase");
        foreach (var kind in (string[])["schemas", "migrations", "releases"])
        {
            Directory.CreateDirectory(Path.Combine(_folder, kind));
            foreach (var file in Directory.GetFiles(Path.Combine(original, kind), "*", SearchOption.AllDirectories))
            {
                var copy = Path.Combine(_folder, Path.GetRelativePath(original, file));
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(file, copy);
            }
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public void Add(string name, string sql) => File.WriteAllText(Path.Combine(_folder, name), sql);

    public void Delete(string name) => File.Delete(Path.Combine(_folder, name));

    public Release Record(int number)
    {
        Release.Record(_folder, number);
        return Release.In(_folder)[^1];
    }

    public string WriteMigration(string name) => new Schemas(_folder).WriteMigration(name, new DateTime(2099, 1, 1));
}
