using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using FanzQueueFunctions.Telemetry;
using Npgsql;

namespace FanzQueueFunctions.Storage;

/// <summary>
/// What to build before the migrations, of this very database: the migration's own functions, read from its files, look at
/// the catalog. They are made for one transaction, as temporary ones, and are gone with it, so the database need not have
/// anything of the queue yet, nor gets it here.
/// </summary>
internal static partial class IndexesBeforehand
{
    private static readonly string[] Functions = ["needed_indexes", "missing_indexes", "check_needless_indexes"];

    /// <summary>A script for psql; without statements, and with a comment that says so, where nothing is to be built first.</summary>
    /// <param name="connection">An open one.</param>
    public static async Task<string> ScriptAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        foreach (var function in Functions)
            await ExecuteAsync(Temporary().Replace(Definition(function), "pg_temp.$1"));

        List<(string Name, string Table, long Rows, string? Adds, string? Broken, string? Build, bool IsLarge)> missing = [];
        await using (var command = new NpgsqlCommand(
            """
            select name, table_name, row_count, adds, broken, beforehand, is_large
            from pg_temp.missing_indexes() order by table_name, name
            """,
            connection))
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
                missing.Add((
                    reader.GetString(0), reader.GetString(1), reader.GetInt64(2), Text(reader, 3), Text(reader, 4), Text(reader, 5),
                    reader.GetBoolean(6)));
        }

        var first = missing.FindAll(index => index is { IsLarge: true, Build: not null });
        var script = new StringBuilder();
        if (first.Count == 0)
        {
            script.Append("-- Nothing is to be built before the migrations: no large table lacks an index.\n");
        }
        else
        {
            script.Append(
                $"""
                -- Of large tables {(first.Count == 1 ? "one index is" : $"{first.Count} indexes are")} missing. Run this with psql before the migrations, not in a
                -- transaction and not through a transaction pooler. Writers go on meanwhile.
                set statement_timeout = 0;
                set lock_timeout = '100ms';

                """);
            foreach (var adds in first.Select(index => index.Adds).OfType<string>().Distinct())
                script.Append($"{adds};\n");
            if (first.Exists(index => index.Build!.Contains("error_cause(", StringComparison.Ordinal)) && !await HasCauseAsync())
                script.Append($"{Definition("error_cause")}\n");
            // A build waits for whoever writes at its beginning; given up, it would leave an invalid index.
            script.Append("set lock_timeout = 0;\n");
            foreach (var table in first.GroupBy(index => (index.Table, index.Rows)))
            {
                script.Append($"\n-- {table.Key.Table}, about {table.Key.Rows:#,0} rows\n");
                foreach (var index in table)
                    script.Append(index.Broken is null ? "" : $"drop index concurrently {index.Broken};\n").Append($"{index.Build};\n");
            }
        }

        foreach (var note in await NeedlessAsync())
            script.Append($"\n-- {note}\n");
        await transaction.RollbackAsync(cancellationToken);
        return script.ToString();

        async Task ExecuteAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        async Task<bool> HasCauseAsync()
        {
            await using var command = new NpgsqlCommand("select to_regprocedure('public.error_cause(text)') is not null", connection);
            return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
        }

        // What production's own indexes cost each item, which nothing of the queue reads.
        async Task<List<string>> NeedlessAsync()
        {
            List<string> notes = [];
            await using var command = new NpgsqlCommand(
                "select concat_ws(' ', what, follows, advice) from pg_temp.check_needless_indexes()", connection);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
                notes.Add(OneLine.Of(reader.GetString(0)));
            return notes;
        }
    }

    /// <summary>A function as its file has it, without who may call it.</summary>
    private static string Definition(string function)
    {
        using var file = Assembly.GetExecutingAssembly().GetManifestResourceStream($"schemas/{function}.sql")!;
        var text = new StreamReader(file).ReadToEnd().ReplaceLineEndings("\n");
        const string End = "\n$$;\n";
        return text[text.IndexOf("create or replace function", StringComparison.Ordinal)..(text.IndexOf(End, StringComparison.Ordinal) + End.Length)];
    }

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    [GeneratedRegex(@"\bpost_queue\.(needed_indexes|missing_indexes|check_needless_indexes)\b")]
    private static partial Regex Temporary();
}
