-- What content_posts needs beyond production's columns and indexes.
--
-- On a table of many millions of rows build the indexes beforehand with CREATE INDEX CONCURRENTLY under the names below
-- (docs/operations.md): a migration runs in a transaction, where only the blocking form is allowed.

alter table public.content_posts
  add column if not exists is_crosspost boolean not null default false,
  add column if not exists original_post_id uuid,
  add column if not exists watermark_enabled boolean not null default false,
  add column if not exists queue_item_id uuid;

comment on column public.content_posts.queue_item_id is
  'The queue item that made this cross-post. Unique: a second wall against a double post.';

-- A partitioned table can be unique only where its partition key is: there the index serves the look for an existing post,
-- and the fence of the claim alone stands against a double post.
do $$
begin
  execute format(
    'create %s index if not exists content_posts_queue_item_id_key
       on public.content_posts (queue_item_id) where queue_item_id is not null',
    case when (select c.relkind from pg_class c where c.oid = 'public.content_posts'::regclass) = 'r' then 'unique' end
  );
end
$$;
