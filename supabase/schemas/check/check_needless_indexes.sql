-- A part of post_queue_check: indexes that are not this app's, that nothing of it reads, and that each item pays for. An
-- item's row is written three times, and each time gets an entry in every index of the queue whose condition it meets.
create or replace function post_queue.check_needless_indexes()
returns table (level text, what text, follows text, advice text)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
set jit = off
as $$
  with written as (
    select
      i.indexrelid, i.indrelid, i.indisunique, i.indkey::text || ' ' as columns, i.indclass::text || ' ' as classes,
      i.indcollation::text || ' ' as collations, i.indoption::text || ' ' as options,
      pg_get_expr(i.indexprs, i.indrelid) as expressions, pg_get_expr(i.indpred, i.indrelid) as predicate,
      (
        select array_agg(a.attname::text)
        from pg_catalog.pg_attribute a
        where a.attrelid = i.indrelid and a.attnum = any (i.indkey::smallint[])
      ) as column_names,
      c.relname in (
        select needed.name from post_queue.needed_indexes() as needed where needed.served_by is null
      ) as is_ours
    from pg_catalog.pg_index i
    join pg_catalog.pg_class c on c.oid = i.indexrelid
    join pg_catalog.pg_am m on m.oid = c.relam and m.amname = 'btree'
    where i.indrelid in (
        to_regclass('public.multiplatform_post_queue'), to_regclass('public.multiplatform_post_history'),
        to_regclass('public.content_posts')
      )
      and i.indisvalid
      -- Columns that an index only includes are there for somebody's query.
      and i.indnatts = i.indnkeyatts
  ),
  needless as (
    select
      w.indexrelid,
      w.indrelid,
      (
        -- One that answers all that this one answers; of two that are alike the older one stays.
        select other.indexrelid
        from written other
        where other.indrelid = w.indrelid
          and other.indexrelid <> w.indexrelid
          and starts_with(other.columns, w.columns)
          and starts_with(other.classes, w.classes)
          and starts_with(other.collations, w.collations)
          and starts_with(other.options, w.options)
          and other.expressions is not distinct from w.expressions
          and other.predicate is not distinct from w.predicate
          and (other.columns <> w.columns or other.is_ours or other.indisunique or other.indexrelid < w.indexrelid)
        order by other.indexrelid
        limit 1
      ) as covered_by,
      -- The partial indexes of the app answer these better: they hold what is open, and not all that was ever posted.
      w.indrelid = to_regclass('public.multiplatform_post_queue')
        and w.expressions is null
        and w.column_names <@ array[
          'status', 'scheduled_for', 'queued_at', 'processing_started_at', 'failed_at', 'claim_id'
        ] as is_superseded,
      -- In which of an item's three versions it has an entry; null where its condition says more than the status.
      case
        when w.predicate is null then array['queued', 'claimed', 'settled']
        when w.predicate ~ '^\(status = (ANY \(ARRAY\[)?(''[a-z]+''::[a-z_.]+(, )?)+\]?\)?\)$' then array(
          select version.name
          from (values (1, 'queued', 'queued'), (2, 'processing', 'claimed'), (3, 'posted', 'settled')) as version (place, status, name)
          where strpos(w.predicate, quote_literal(version.status)) > 0
          order by version.place
        )
      end as versions
    from written w
    where not w.is_ours and not w.indisunique
  )
  select
    'note',
    case
      when n.covered_by is null
        then format('The index %s on %s is read by nothing of this app, which has indexes of its own for what is open.',
          index.relname, indexed.relname)
      else format('The index %s on %s answers nothing that %s does not.', index.relname, indexed.relname, cover.relname)
    end,
    case
      when indexed.relname <> 'multiplatform_post_queue' then 'Each item makes an entry in it.'
      when n.versions is null then 'Each item makes up to three entries in it, as its condition holds.'
      else (
        array[
          'An item that is posted makes no entry in it.',
          'Each item makes one entry in it: when ' || n.versions[1] || '.',
          'Each item makes two entries in it: when ' || n.versions[1] || ' and ' || n.versions[2] || '.',
          'Each item makes three entries in it: when queued, claimed and settled.'
        ]
      )[1 + cardinality(n.versions)]
    end,
    format('If no query of yours needs it: drop index concurrently %s.', index.oid::regclass)
  from needless n
  join pg_catalog.pg_class index on index.oid = n.indexrelid
  join pg_catalog.pg_class indexed on indexed.oid = n.indrelid
  left join pg_catalog.pg_class cover on cover.oid = n.covered_by
  where n.covered_by is not null or n.is_superseded
  order by indexed.relname, index.relname
$$;

revoke execute on function post_queue.check_needless_indexes() from public, anon, authenticated;
grant execute on function post_queue.check_needless_indexes() to service_role;
