using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using FanzQueueFunctions.Http;

namespace FanzQueueFunctions.Tests.Http;

/// <summary>openapi.json beside the serializer's own contexts: what one of them has the other has, down to the last member.</summary>
public sealed class OpenApiTests
{
    private static readonly JsonNode Document = Read();

    private static readonly Dictionary<string, JsonTypeInfo> Answers = new()
    {
        ["Overview"] = OperationsJson.Default.QueueOverview,
        ["Series"] = OperationsJson.Default.QueueSeries,
        ["PlatformSeries"] = OperationsJson.Default.PlatformSeries,
        ["ItemPage"] = OperationsJson.Default.ItemPage,
        ["IdFound"] = OperationsJson.Default.IdFound,
        ["ItemStory"] = OperationsJson.Default.ItemStory,
        ["FailureCauses"] = OperationsJson.Default.FailureCauses,
        ["CreatorsFound"] = OperationsJson.Default.CreatorsFound,
        ["Finding"] = OperationsJson.Default.Finding,
        ["ChangePage"] = OperationsJson.Default.ChangePage,
        ["Change"] = OperationsJson.Default.Change,
        ["Controls"] = OperationsJson.Default.QueueControls,
        ["ResetItems"] = HttpJson.Default.ResetStuckAnswer,
        ["Problem"] = HttpJson.Default.Problem,
        ["SignIn"] = HttpJson.Default.SignIn,
    };

    private static readonly Dictionary<string, JsonTypeInfo> Orders = new()
    {
        ["ChangeOrder"] = OperationsJson.Default.ChangeBody,
        ["PauseOrder"] = OperationsJson.Default.PauseBody,
        ["LimitOrder"] = OperationsJson.Default.LimitBody,
        ["UndoOrder"] = OperationsJson.Default.UndoBody,
        ["ResetOrder"] = OperationsJson.Default.ResetBody,
    };

    public static TheoryData<string> NamesOfAnswers => [.. Answers.Keys];

    public static TheoryData<string> NamesOfOrders => [.. Orders.Keys];

    [Theory]
    [MemberData(nameof(NamesOfAnswers))]
    public void An_answer_is_described_as_it_is_written(string name)
    {
        // An overview comes from the store without a verdict; none leaves the app without one.
        var exported = Exported(Answers[name], withNull: true).Replace("health: null or ", "health: ", StringComparison.Ordinal);
        Assert.Equal(exported, Described(name, withNull: true));
    }

    [Theory]
    [MemberData(nameof(NamesOfOrders))]
    public void An_order_is_described_as_it_is_read(string name)
    {
        // Where nothing is given null would do too; the document does not speak of it.
        Assert.Equal(Exported(Orders[name], withNull: false), Described(name, withNull: false));
        Assert.Equal(Required(Schema(Orders[name])), Required(Document["components"]!["schemas"]![name]!));
    }

    [Fact]
    public void Every_schema_of_the_document_is_one_of_these_or_a_part_of_one()
    {
        var used = new HashSet<string>();
        foreach (var name in Answers.Keys.Concat(Orders.Keys))
            Use(name);

        Assert.Equal(Document["components"]!["schemas"]!.AsObject().Select(schema => schema.Key).Order(), used.Order());

        void Use(string name)
        {
            if (used.Add(name))
                foreach (var part in References(Document["components"]!["schemas"]![name]!))
                    Use(part);
        }
    }

    private static string Exported(JsonTypeInfo type, bool withNull)
    {
        var schema = Schema(type);
        return Shape(schema, schema, withNull);
    }

    private static string Described(string name, bool withNull) =>
        Shape(Document["components"]!["schemas"]![name]!, Document, withNull);

    private static JsonNode Schema(JsonTypeInfo type) =>
        type.GetJsonSchemaAsNode(new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true });

    /// <summary>A schema as one line: its kinds, the names of its values or members, and their shapes.</summary>
    private static string Shape(JsonNode schema, JsonNode root, bool withNull)
    {
        var shapes = new SortedSet<string>(StringComparer.Ordinal);
        Add(schema);
        if (!withNull)
            shapes.Remove("null");
        return string.Join(" or ", shapes);

        void Add(JsonNode part)
        {
            if (part["$ref"] is { } reference)
                Add(Resolve(root, (string)reference!));
            else if (part["anyOf"] is JsonArray choices)
                foreach (var choice in choices)
                    Add(choice!);
            else if (part["enum"] is JsonArray values)
            {
                if (values.Contains(null))
                    shapes.Add("null");
                shapes.Add($"one of {string.Join(", ", values.OfType<JsonNode>().Select(value => (string)value!).Order(StringComparer.Ordinal))}");
            }
            else
                foreach (var kind in part["type"] is JsonArray kinds ? kinds.Select(kind => (string)kind!) : [(string)part["type"]!])
                    shapes.Add(kind switch
                    {
                        // The exporter does not know whether an item may be null.
                        "array" => $"[{ItemShape(part["items"]!, root, withNull)}]",
                        "object" when part["properties"] is JsonObject members => "{" + string.Join(
                            ", ",
                            members.OrderBy(member => member.Key, StringComparer.Ordinal)
                                .Select(member => $"{member.Key}: {Shape(member.Value!, root, withNull)}")) + "}",
                        "object" => $"{{*: {Shape(part["additionalProperties"]!, root, withNull)}}}",
                        _ => kind,
                    });
        }
    }

    private static string ItemShape(JsonNode schema, JsonNode root, bool withNull) =>
        Shape(schema, root, withNull) is var shape && shape.StartsWith("null or ", StringComparison.Ordinal) ? shape["null or ".Length..] : shape;

    private static JsonNode Resolve(JsonNode root, string reference) =>
        reference.TrimStart('#').Split('/', StringSplitOptions.RemoveEmptyEntries)
            .Aggregate(root, (node, step) => node is JsonArray list ? list[int.Parse(step)]! : node[step]!);

    private static IEnumerable<string> References(JsonNode node) => node switch
    {
        JsonObject members => members.SelectMany(member =>
            member.Key == "$ref" ? [((string)member.Value!).Split('/')[^1]] : member.Value is { } value ? References(value) : []),
        JsonArray list => list.OfType<JsonNode>().SelectMany(References),
        _ => [],
    };

    private static IEnumerable<string> Required(JsonNode schema) =>
        (schema["required"] as JsonArray ?? []).Select(name => (string)name!).Order();

    private static JsonNode Read()
    {
        using var document = typeof(OpenApi).Assembly.GetManifestResourceStream("openapi.json")!;
        return JsonNode.Parse(document)!;
    }
}
