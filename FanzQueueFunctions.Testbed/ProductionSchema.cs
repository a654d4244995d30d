namespace FanzQueueFunctions.Testbed;

/// <summary>The tables that the migrations meet in production.</summary>
public static class ProductionSchema
{
    /// <summary>The statements that make them, with a few rows, on an empty database.</summary>
    public static string Sql { get; } =
        File.ReadAllText(Path.Combine(RepositoryFolder.Path, "FanzQueueFunctions.Testbed", "production_schema.sql"));
}
