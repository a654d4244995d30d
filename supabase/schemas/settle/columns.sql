-- What becomes of each column of content_posts in a cross-post: copied from the original, or left to the database.
--
-- Gives one row a column, in the table's order:
--   column_name  as it is written in content_posts
--   copied       whether the cross-post gets the original's value (some of those are then set, see post_queue.compose)
--   reason       why not: 'generated' (the database computes it), 'identity', 'sequence' (its default calls nextval), or
--                'unique' (part of a unique or exclusion constraint or index)
--   index_name   that index
--   is_required  whether the column must not be null and has no default: then every item fails, unless a BEFORE INSERT
--                trigger fills it
--
-- Known columns (see post_queue.known_columns) are copied wherever they stand.
--
-- An index over the post's own id or its queue item never refuses a post, so it keeps nothing from being copied. What
-- stands only in an index's condition is copied: it may govern access. The columns in an index's expressions are read
-- from their parsed form, because pg_depend does not tell them from those in the condition.
create or replace function public.post_queue_columns()
returns table (column_name text, copied boolean, reason text, index_name text, is_required boolean)
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
-- The catalog's tables are small and have the indexes for it.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $$
#variable_conflict use_column
declare
  posts constant regclass := 'public.content_posts';
  -- Partitions may have indexes of their own.
  tables constant oid[] := posts::oid || array(select relid::oid from pg_partition_tree(posts));
begin
  return query
  with member as materialized (
    select k.attname, min(i.indexrelid) as indexrelid
    from pg_catalog.pg_index i
    join pg_catalog.pg_attribute k
      on k.attrelid = i.indrelid
      and k.attnum > 0
      and (
        k.attnum = any ((i.indkey::smallint[])[0:i.indnkeyatts - 1])
        or i.indexprs::text like '%:varattno ' || k.attnum || ' %'
      )
    where i.indrelid = any (tables)
      and (
        i.indisexclusion
        or i.indisunique
          and not exists (
            select
            from pg_catalog.pg_attribute own
            where own.attrelid = i.indrelid
              and own.attname in ('id', 'queue_item_id')
              and own.attnum = any ((i.indkey::smallint[])[0:i.indnkeyatts - 1])
          )
      )
    group by k.attname
  ),
  judged as materialized (
    select
      a.attnum,
      a.attname,
      a.atttypid,
      a.attnotnull,
      a.atthasdef,
      member.indexrelid,
      case
        when a.attgenerated <> '' then 'generated'
        when a.attname = any (post_queue.known_columns()) then null
        when a.attidentity <> '' then 'identity'
        when a.atthasdef and (
          select pg_get_expr(d.adbin, d.adrelid)
          from pg_catalog.pg_attrdef d
          where d.adrelid = a.attrelid and d.adnum = a.attnum
        ) ~ '\mnextval\(' then 'sequence'
        when member.indexrelid is not null then 'unique'
      end as reason
    from pg_catalog.pg_attribute a
    left join member on member.attname = a.attname
    where a.attrelid = posts and a.attnum > 0 and not a.attisdropped
  )
  select
    c.attname::text,
    c.reason is null,
    c.reason,
    case when c.reason = 'unique' then c.indexrelid::regclass::text end,
    c.reason = 'unique' and not c.atthasdef and (
      select (c.attnotnull or t.typnotnull) and t.typdefault is null
      from pg_catalog.pg_type t
      where t.oid = c.atttypid
    )
  from judged c
  order by c.attnum;
end
$$;

revoke execute on function public.post_queue_columns() from public, anon, authenticated;
grant execute on function public.post_queue_columns() to service_role;
