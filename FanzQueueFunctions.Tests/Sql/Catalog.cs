using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Tests.Sql;

/// <summary>What a database is made of, one line an object, to compare two states of it.</summary>
internal static class Catalog
{
    public static async Task<string[]> CatalogAsync(this TestDatabase database) =>
    [
        .. await LinesAsync(
            database,
            """
            select format('column %s.%s %s default %s not null %s', attrelid::regclass, attname,
              format_type(atttypid, atttypmod), pg_get_expr(adbin, adrelid), attnotnull)
            from pg_attribute
            join pg_class on pg_class.oid = attrelid
            left join pg_attrdef on adrelid = attrelid and adnum = attnum
            where relnamespace in (select oid from pg_namespace where nspname in ('public', 'post_queue')) and relkind = 'r' and attnum > 0 and not attisdropped
            """),
        .. await LinesAsync(
            database,
            """
            select format('table %s row level security %s grants %s with %s',
              oid::regclass, relrowsecurity, relacl, reloptions)
            from pg_class
            where relnamespace in (select oid from pg_namespace where nspname in ('public', 'post_queue')) and relkind = 'r'
            """),
        .. await LinesAsync(database, "select 'index ' || indexdef from pg_indexes where schemaname in ('public', 'post_queue')"),
        .. await LinesAsync(
            database,
            """
            select format('constraint %s on %s %s', conname, conrelid::regclass, pg_get_constraintdef(oid))
            from pg_constraint
            where connamespace in (select oid from pg_namespace where nspname in ('public', 'post_queue'))
            """),
        .. await LinesAsync(
            database,
            """
            select format('function %s grants %s comment %s',
              case prokind when 'a' then oid::regprocedure::text || ' of ' || (select aggtransfn::text || agginitval from pg_aggregate where aggfnoid = p.oid)
                else pg_get_functiondef(oid) end,
              proacl, obj_description(oid, 'pg_proc'))
            from pg_proc p
            where pronamespace in (select oid from pg_namespace where nspname in ('public', 'post_queue', 'auth'))
            """),
        .. await database.PoliciesAsync(),
        .. await database.TriggersAsync(),
        .. await LinesAsync(
            database, "select format('schema %s grants %s', nspname, nspacl) from pg_namespace where nspname = 'post_queue'"),
        .. await LinesAsync(
            database,
            """
            select format('type %s (%s)', c.oid::regclass,
              (select string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' order by attnum)
               from pg_attribute where attrelid = c.oid and attnum > 0))
            from pg_class c where relkind = 'c' and relnamespace in (select oid from pg_namespace where nspname in ('public', 'post_queue'))
            """),
        .. await LinesAsync(
            database,
            """
            select format('enum %s %s', enumtypid::regtype, string_agg(enumlabel, ' ' order by enumsortorder))
            from pg_enum group by enumtypid
            """),
        .. await LinesAsync(
            database,
            """
            select format('comment %s.%s %s', objoid::regclass, objsubid, description)
            from pg_description join pg_class on pg_class.oid = objoid
            where classoid = 'pg_class'::regclass
              and relnamespace in (select oid from pg_namespace where nspname in ('public', 'post_queue'))
            """),
    ];

    public static Task<string[]> PoliciesAsync(this TestDatabase database) =>
        LinesAsync(
            database,
            """
            select format('policy %s on %s for %s to %s using %s check %s',
              policyname, tablename, cmd, roles, qual, with_check)
            from pg_policies where schemaname in ('public', 'post_queue')
            """);

    public static Task<string[]> TriggersAsync(this TestDatabase database) =>
        LinesAsync(database, "select 'trigger ' || pg_get_triggerdef(oid) from pg_trigger where not tgisinternal");

    private static async Task<string[]> LinesAsync(TestDatabase database, string sql) =>
        [.. (await database.RowsAsync(sql)).Select(row => (string)row[0]!).Order(StringComparer.Ordinal)];
}
