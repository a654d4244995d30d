namespace FanzQueueFunctions.Testbed.Postgrest;

/// <summary>A function of the served schema, as the schema cache knows it.</summary>
internal sealed record Routine(
    string Name,
    IReadOnlyList<Parameter> Parameters,
    ResultShape Shape,
    bool IsSet,
    bool IsVolatile,
    string? StatementTimeout)
{
    /// <summary>Whether a call that names these arguments, and no others, fits.</summary>
    public bool Takes(IReadOnlySet<string> arguments) =>
        Parameters.All(parameter => parameter.Name is not "") &&
        Parameters.All(parameter => !parameter.IsRequired || arguments.Contains(parameter.Name)) &&
        arguments.All(argument => Parameters.Any(parameter => parameter.Name == argument));

    /// <summary>Whether it takes a whole body as its one argument, which has no name.</summary>
    public bool TakesBodyAs(IReadOnlyCollection<string> types) =>
        Parameters is [{ Name: "" } only] && types.Contains(only.Type);
}

/// <summary>An argument: its name (empty where it has none), its SQL type, whether a call must give it.</summary>
internal sealed record Parameter(string Name, string Type, bool IsRequired);

/// <summary>What a function returns: nothing, a bare value, or rows with named columns.</summary>
internal enum ResultShape
{
    Void,
    Scalar,
    Composite,
}
