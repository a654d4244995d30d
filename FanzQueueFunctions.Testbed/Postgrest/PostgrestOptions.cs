namespace FanzQueueFunctions.Testbed.Postgrest;

/// <summary>What a <see cref="PostgrestStandIn"/> is set to.</summary>
public sealed record PostgrestOptions
{
    /// <summary>Npgsql's connection string. Its login must be a member of every role that a token may name.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>The HS256 secret that tokens are signed with: 32 bytes or more, as PostgREST asks.</summary>
    public required string JwtSecret { get; init; }

    /// <summary>Where to listen; port 0 picks a free one.</summary>
    public string Url { get; init; } = "http://127.0.0.1:0";

    /// <summary>What stands before <c>/rpc/…</c>; Supabase serves PostgREST under <c>/rest/v1</c>.</summary>
    public string PathPrefix { get; init; } = "";

    /// <summary>The one schema whose functions are served.</summary>
    public string Schema { get; init; } = "public";

    /// <summary>The role of a request without a token; null refuses such requests.</summary>
    public string? AnonymousRole { get; init; } = "anon";

    /// <summary>How many calls run in the database at once (PostgREST's default is 10).</summary>
    public int PoolSize { get; init; } = 4;

    /// <summary>How long a call waits for a free connection before it is answered with 504 (PostgREST: 10 s).</summary>
    public TimeSpan AcquisitionTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The keys that Supabase's API gateway asks for; null: no gateway in front.</summary>
    public GatewayKeys? Gateway { get; init; }

    /// <summary>The clock of tokens, delays and of the waits between two tries to reach the database.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
