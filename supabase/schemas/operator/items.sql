-- A page of the items that match a filter.
--
--   filter        as post_queue.walk takes it
--   newest_first  the order, which post_queue.walk tells
--   page_size     1 to 1000
--   after         the "next" of the page before; null: the first page
--
-- Gives {"items": [...], "next": "...", "looked_at_until": ...}. Pages do not move while rows arrive: the next one begins
-- behind the last item of this one. A page looks at no more than 20,000 items, 5,000 where a title or a text is asked for, so it may
-- be short, or empty, and still have a "next"; "looked_at_until" then says how far it came.
create or replace function public.post_queue_items(
  filter jsonb, newest_first boolean default true, page_size integer default 50, after text default null
)
returns jsonb
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $$
declare
  -- Each title is a look at another table.
  at_most constant integer := case when filter ?| array['title', 'text'] then 5000 else 20000 end;
  after_key timestamptz;
  after_id uuid;
  walk text;
  items jsonb;
  found integer;
  last_key timestamptz;
  last_id uuid;
  is_whole boolean;
begin
  if page_size is null or page_size not between 1 and 1000 then
    raise exception 'post_queue_items needs a page_size from 1 to 1000' using errcode = 'invalid_parameter_value';
  end if;

  -- Row-level security hides rows without a word: an empty queue would look the same.
  if row_security_active('public.multiplatform_post_queue') then
    raise exception 'row-level security hides the queue from role %', current_user
      using errcode = 'insufficient_privilege';
  end if;

  if after is not null then
    after_key := split_part(after, '_', 1)::timestamptz;
    after_id := split_part(after, '_', 2)::uuid;
  end if;

  walk := post_queue.walk(filter, coalesce(newest_first, true), after_key, after_id, at_most);
  execute format(
    'with page as materialized (
       select q.id, q.walk_key, row_number() over () as place from (%s) q where %s limit %s)
     select
       coalesce(
         jsonb_agg(post_queue.item_row(item) order by page.place)
           filter (where item.id is not null), ''[]''),
       count(*),
       (array_agg(page.walk_key order by page.place desc))[1],
       (array_agg(page.id order by page.place desc))[1]
     from page
     left join public.multiplatform_post_queue item on item.id = page.id',
    walk, post_queue.condition(filter), page_size
  )
  into items, found, last_key, last_id;

  if found < page_size then
    -- All that was looked at is in it; where that was all that there is, no page follows.
    execute format('select false, q.walk_key, q.id from (%s) q offset %s limit 1', walk, at_most - 1)
    into is_whole, last_key, last_id;
    is_whole := is_whole is null;
  else
    is_whole := false;
  end if;

  return jsonb_build_object(
    'items', items,
    'next', case when not is_whole then format('%s_%s', last_key, last_id) end,
    'looked_at_until', case when found < page_size and not is_whole then post_queue.moment(last_key) end
  );
end
$$;

revoke execute on function public.post_queue_items(jsonb, boolean, integer, text) from public, anon, authenticated;
grant execute on function public.post_queue_items(jsonb, boolean, integer, text) to service_role;
