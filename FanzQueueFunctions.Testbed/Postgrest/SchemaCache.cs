using Npgsql;

namespace FanzQueueFunctions.Testbed.Postgrest;

/// <summary>What PostgREST knows of the database between calls: the functions, and the settings of the roles.</summary>
/// <param name="Routines">The functions of the served schema, by name.</param>
/// <param name="RoleSettings">What <c>alter role … set</c> gives each role.</param>
internal sealed record Schema(
    ILookup<string, Routine> Routines,
    IReadOnlyDictionary<string, IReadOnlyList<(string Name, string Value)>> RoleSettings);

/// <summary>
/// Keeps the <see cref="Schema"/>. While the database cannot be reached there is none, and as PostgREST does it is
/// tried again after 1, 2, 4 … 32 seconds, whatever callers ask meanwhile.
/// </summary>
internal sealed class SchemaCache(NpgsqlDataSource database, string schema, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(32);

    // An empty search_path makes format_type spell out the schema of every type that is not built in.
    private const string ReadRoutines = """
        select set_config('search_path', '', true);
        select p.proname,
               coalesce(a.names, '{}'), coalesce(a.types, '{}'), coalesce(a.required, '{}'),
               p.prorettype = 'void'::regtype,
               t.typtype = 'c' or coalesce(p.proargmodes::text[] && '{t,b,o}', false),
               p.proretset,
               p.provolatile = 'v',
               (select substr(c, strpos(c, '=') + 1) from unnest(p.proconfig) c where c like 'statement\_timeout=%')
        from pg_proc p
        join pg_type t on t.oid = p.prorettype
        left join lateral (
          select array_agg(coalesce(p.proargnames[i], '') order by i) as names,
                 array_agg(format_type(p.proargtypes[i - 1], null) order by i) as types,
                 array_agg(i <= p.pronargs - p.pronargdefaults order by i) as required
          from generate_series(1, p.pronargs) i
        ) a on true
        where p.pronamespace = (select oid from pg_namespace where nspname = $1)
          and p.prokind = 'f' and p.prorettype <> 'trigger'::regtype
        order by p.proname, p.oid
        """;

    private const string ReadRoleSettings = """
        select r.rolname, split_part(c, '=', 1), substr(c, strpos(c, '=') + 1)
        from pg_roles r, unnest(r.rolconfig) c
        join pg_settings s on s.name = split_part(c, '=', 1) and s.context = 'user'
        where pg_has_role(current_user, r.oid, 'member')
        """;

    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _turn = new();
    private Task _recovery = Task.CompletedTask;
    private volatile Schema? _current;

    /// <summary>What was read last; null while the database cannot be reached.</summary>
    public Schema? Current => _current;

    /// <summary>Reads at once; where that fails, forgets what was known and goes on trying in the background.</summary>
    public async Task ReadAsync()
    {
        if (await TryReadAsync())
            return;
        lock (_turn)
        {
            if (_recovery.IsCompleted)
                _recovery = RecoverAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _recovery.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task RecoverAsync()
    {
        for (var wait = FirstWait; ; wait = wait < LongestWait ? wait * 2 : LongestWait)
        {
            await Task.Delay(wait, time, _stopping.Token);
            if (await TryReadAsync())
                return;
        }
    }

    private async Task<bool> TryReadAsync()
    {
        try
        {
            await using var connection = await database.OpenConnectionAsync(_stopping.Token);
            _current = new Schema(await ReadRoutinesAsync(connection), await ReadRoleSettingsAsync(connection));
            return true;
        }
        catch (NpgsqlException)
        {
            _current = null;
            return false;
        }
    }

    private async Task<ILookup<string, Routine>> ReadRoutinesAsync(NpgsqlConnection connection)
    {
        // One batch is one transaction, so the search_path is gone after it.
        await using var batch = connection.CreateBatch();
        foreach (var statement in ReadRoutines.Split(";\n"))
            batch.BatchCommands.Add(new NpgsqlBatchCommand(statement));
        batch.BatchCommands[^1].Parameters.Add(new NpgsqlParameter<string> { TypedValue = schema });
        await using var reader = await batch.ExecuteReaderAsync(_stopping.Token);
        await reader.NextResultAsync(_stopping.Token);

        var routines = new List<Routine>();
        while (await reader.ReadAsync(_stopping.Token))
        {
            var names = reader.GetFieldValue<string[]>(1);
            var types = reader.GetFieldValue<string[]>(2);
            var required = reader.GetFieldValue<bool[]>(3);
            routines.Add(new Routine(
                reader.GetString(0),
                [.. names.Select((name, i) => new Parameter(name, types[i], required[i]))],
                reader.GetBoolean(4) ? ResultShape.Void
                    : reader.GetBoolean(5) ? ResultShape.Composite : ResultShape.Scalar,
                IsSet: reader.GetBoolean(6),
                IsVolatile: reader.GetBoolean(7),
                StatementTimeout: reader.IsDBNull(8) ? null : reader.GetString(8)));
        }
        return routines.ToLookup(routine => routine.Name);
    }

    private async Task<IReadOnlyDictionary<string, IReadOnlyList<(string, string)>>> ReadRoleSettingsAsync(
        NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(ReadRoleSettings, connection);
        await using var reader = await command.ExecuteReaderAsync(_stopping.Token);
        var settings = new List<(string Role, string Name, string Value)>();
        while (await reader.ReadAsync(_stopping.Token))
            settings.Add((reader.GetString(0), reader.GetString(1), reader.GetString(2)));
        return settings.GroupBy(setting => setting.Role).ToDictionary(
            role => role.Key,
            role => (IReadOnlyList<(string, string)>)[.. role.Select(setting => (setting.Name, setting.Value))]);
    }
}
