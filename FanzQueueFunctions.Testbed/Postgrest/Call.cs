using Npgsql;
using NpgsqlTypes;

namespace FanzQueueFunctions.Testbed.Postgrest;

/// <summary>One call as SQL: the settings of its transaction, then the function with its arguments.</summary>
internal sealed record Call(
    string Schema, Routine Routine, Arguments Arguments, IReadOnlyList<(string Name, string Value)> Settings)
{
    /// <summary>
    /// Both statements as one batch. PostgreSQL runs a batch in one transaction, which it commits at the end and rolls
    /// back at the first error, and the settings are local to it: one round trip does what PostgREST does in four.
    /// </summary>
    public NpgsqlBatch ToBatch(NpgsqlConnection connection)
    {
        var settings = new NpgsqlBatchCommand(
            "select set_config(name, value, true) from unnest($1, $2) as setting(name, value)")
        {
            Parameters =
            {
                new NpgsqlParameter<string[]> { TypedValue = [.. Settings.Select(setting => setting.Name)] },
                new NpgsqlParameter<string[]> { TypedValue = [.. Settings.Select(setting => setting.Value)] },
            },
        };

        var call = new NpgsqlBatchCommand(CallSql());
        if (TakesDocument)
            call.Parameters.Add(new NpgsqlParameter<ReadOnlyMemory<byte>>
            {
                TypedValue = Arguments.Document,
                NpgsqlDbType = Arguments.Format switch
                {
                    ArgumentFormat.Text or ArgumentFormat.Xml => NpgsqlDbType.Text,
                    ArgumentFormat.Binary => NpgsqlDbType.Bytea,
                    _ => NpgsqlDbType.Json,
                },
            });
        return new NpgsqlBatch(connection) { BatchCommands = { settings, call } };
    }

    private bool TakesWholeBody => Routine.Parameters is [{ Name: "" }];

    private bool TakesDocument => TakesWholeBody || Arguments.Names.Count > 0;

    private string CallSql()
    {
        // A scalar is the column "result" of its row, anything else is the whole row.
        var value = Routine.Shape is ResultShape.Scalar ? "called.result" : "called";
        var (count, body) = Routine switch
        {
            { IsSet: true } => ("count(*)", $"coalesce(json_agg({value}), '[]')"),
            { Shape: ResultShape.Void } => ("1::bigint", "null"),
            _ => ("1::bigint", $"coalesce(to_json({value}), 'null')"),
        };
        return $"""
            select {count}, current_setting('response.status', true), current_setting('response.headers', true),
              {body}::text
            from (select result.* from {Source()}) as called
            """;
    }

    private string Source()
    {
        var function = $"{Quote(Schema)}.{Quote(Routine.Name)}";
        if (TakesWholeBody)
            return $"{function}($1::{Routine.Parameters[0].Type}) as result";
        if (Arguments.Names.Count is 0)
            return $"{function}() as result";

        var given = Routine.Parameters.Where(parameter => Arguments.Names.Contains(parameter.Name)).ToList();
        var columns = string.Join(", ", given.Select(parameter => $"{Quote(parameter.Name)} {parameter.Type}"));
        var named = string.Join(", ",
            given.Select(parameter => $"{Quote(parameter.Name)} := body.{Quote(parameter.Name)}"));
        var expand = Arguments.IsArray ? "json_to_recordset" : "json_to_record";
        return $"(select * from {expand}($1) as _({columns}) limit 1) as body, lateral {function}({named}) as result";
    }

    /// <summary>A name as SQL wants it, whatever letters it has.</summary>
    public static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
