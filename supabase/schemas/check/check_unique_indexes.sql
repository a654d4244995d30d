-- A part of post_queue_check: unique indexes of content_posts that a cross-post breaks, because all their columns are the
-- same in it as in its original. The platform (cluster) differs, and so do ids and times.
create or replace function post_queue.check_unique_indexes()
returns table (level text, what text, follows text, advice text)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select
    'warning',
    format('The unique index %s on content_posts is over what a cross-post shares with its original: %s.', c.relname,
      string_agg(a.attname, ', ' order by a.attnum)),
    'Each item fails whose post does not differ from its original in one of these.',
    format('Leave cross-posts out of it: create unique index … where not is_crosspost, in place of %s.', c.relname)
  from pg_catalog.pg_index i
  join pg_catalog.pg_class c on c.oid = i.indexrelid
  join pg_catalog.pg_attribute a
    on a.attrelid = i.indrelid and a.attnum = any ((i.indkey::smallint[])[0:i.indnkeyatts - 1])
  where i.indrelid = 'public.content_posts'::regclass
    and i.indisunique
    and i.indexprs is null
    and i.indpred is null
  group by i.indexrelid, c.relname
  having bool_and(a.attname in (
    'creator_id', 'title', 'description', 'content_type', 'content_url', 'thumbnail_url', 'price', 'is_ppv',
    'is_subscriber_only', 'duration', 'file_size', 'tags', 'adult_content'
  ))
  order by c.relname
$$;

revoke execute on function post_queue.check_unique_indexes() from public, anon, authenticated;
grant execute on function post_queue.check_unique_indexes() to service_role;
