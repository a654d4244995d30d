namespace Microsoft.Azure.Functions.Worker;

/// <summary>Marks a public method as a function, under a name that no other function of the app has.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FunctionAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}
