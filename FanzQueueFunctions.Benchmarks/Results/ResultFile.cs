using System.Text.Json;

namespace FanzQueueFunctions.Benchmarks.Results;

/// <summary>All that one run measured and where, kept as JSON so that two runs can be compared.</summary>
internal sealed record ResultFile
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public required IReadOnlyDictionary<string, string> Machine { get; init; }
    public required bool Quick { get; init; }
    public List<Figure> Figures { get; init; } = [];

    /// <summary>How PostgreSQL ran claim and settle on the longest queue, line by line.</summary>
    public List<string> Plans { get; init; } = [];

    public static ResultFile Read(string path) =>
        JsonSerializer.Deserialize<ResultFile>(File.ReadAllText(path), Format)
            ?? throw new InvalidDataException($"{path} holds no results.");

    public void Save(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this, Format));
}
