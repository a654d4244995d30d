-- Which of the needed indexes this very database lacks, read from its catalog, and how to build each.
--
--   row_count   of the table, about
--   is_large    whether it has more rows than post_queue.large_table_rows says, or 100,000: too many to let writers wait; 0:
--               whatever the number, it is not too many
--   broken      the index of this name whose build was interrupted, to be dropped first; null: there is none
--   beforehand  how to build it without holding up writers. PostgreSQL builds none of a partitioned table so: then it is one
--               for each partition, which the migration attaches
--   build       how the migration builds it, while writers wait
create or replace function post_queue.missing_indexes()
returns table (
  name text, table_name text, follows text, row_count bigint, is_large boolean, adds text, broken text,
  beforehand text, build text
)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
set jit = off
as $$
  select
    needed.name, needed.table_name, needed.follows, sizes.row_count,
    many.number > 0 and sizes.row_count > many.number,
    case
      when needed.adds is not null and not exists (
        select
        from pg_catalog.pg_attribute a
        where a.attrelid = indexed.oid and a.attname = split_part(needed.adds, ' ', 1) and not a.attisdropped
      )
      then format('alter table public.%I add column if not exists %s', needed.table_name, needed.adds)
    end,
    case when present.is_invalid then format('public.%I', needed.name) end,
    sizes.beforehand,
    format(
      'create %sindex if not exists %I on public.%I %s',
      -- Unique only where the partition key is part of it: of a partitioned table it serves the look for an existing post, and
      -- the fence of the claim alone stands against a double post.
      case when needed.is_unique and indexed.relkind = 'r' then 'unique ' end, needed.name, needed.table_name, needed.keys
    )
  from post_queue.needed_indexes() as needed
  cross join (
    select coalesce(nullif(current_setting('post_queue.large_table_rows', true), ''), '100000')::bigint as number
  ) as many
  join pg_catalog.pg_class indexed on indexed.oid = to_regclass(format('public.%I', needed.table_name))
  left join lateral (
    select not i.indisvalid as is_invalid
    from pg_catalog.pg_index i
    where i.indexrelid = to_regclass(format('public.%I', needed.name)) and i.indrelid = indexed.oid
  ) as present on true
  cross join lateral (
    select
      sum(leaf.row_count)::bigint as row_count,
      string_agg(
        format(
          'create %sindex concurrently if not exists %I on %s %s',
          case when needed.is_unique and indexed.relkind = 'r' then 'unique ' end, leaf.index_name, leaf.table_name, needed.keys
        ),
        E';\n' order by leaf.table_name
      ) filter (where not leaf.is_built) as beforehand
    from (
      select
        part.oid::regclass::text as table_name,
        case when part.oid = indexed.oid then needed.name else left(needed.name, 50) || '_' || part.oid end as index_name,
        part.oid <> indexed.oid and exists (
          select
          from pg_catalog.pg_index i
          where i.indexrelid = to_regclass(format('%I.%I', n.nspname, left(needed.name, 50) || '_' || part.oid)) and i.indisvalid
        ) as is_built,
        -- As the planner has it: as many a page as when it was analysed, in the pages of now. Never analysed: 200 bytes each.
        pg_catalog.pg_relation_size(part.oid)
          * case when part.relpages > 0 and part.reltuples >= 0 then part.reltuples / (part.relpages * 8192.0) else 1 / 200.0 end
          as row_count
      from pg_catalog.pg_class part
      join pg_catalog.pg_namespace n on n.oid = part.relnamespace
      where part.oid = indexed.oid and part.relkind = 'r'
        or part.oid in (select tree.relid from pg_catalog.pg_partition_tree(indexed.oid) as tree where tree.isleaf)
    ) as leaf
  ) as sizes
  where coalesce(present.is_invalid, true)
    and (
      needed.served_by is null
      or not exists (
        select
        from pg_catalog.pg_index i
        join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
        where i.indrelid = indexed.oid and i.indpred is null and i.indisvalid and a.attname = needed.served_by
      )
    )
$$;

revoke execute on function post_queue.missing_indexes() from public, anon, authenticated;
grant execute on function post_queue.missing_indexes() to service_role;
