namespace FanzQueueFunctions.Standalone.Http;

/// <summary>What a request's key opens; each opens what those before it do.</summary>
internal enum KeyLevel
{
    /// <summary>There is no key, or it is not one of ours.</summary>
    None,

    /// <summary>The one function that the key belongs to.</summary>
    Function,

    /// <summary>All functions.</summary>
    Host,

    /// <summary>All functions, and running a timer now.</summary>
    Master,
}
