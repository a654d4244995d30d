namespace Microsoft.Azure.Functions.Worker;

/// <summary>Which key a request must bring. The Standalone host refuses, at start, a function at a level it lacks.</summary>
public enum AuthorizationLevel
{
    /// <summary>None.</summary>
    Anonymous = 0,

    /// <summary>A signed-in user's token; not offered by the Standalone host.</summary>
    User = 1,

    /// <summary>The function's own key, a host key or the master key.</summary>
    Function = 2,

    /// <summary>A system key; not offered by the Standalone host.</summary>
    System = 3,

    /// <summary>The master key.</summary>
    Admin = 4,
}
