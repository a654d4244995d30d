-- Guards what of a post is the worker's, from whomever row-level security applies to: a trigger on content_posts. Nobody else
-- passes a post off as a cross-post, or as the post of a queue item.
--
-- To turn it off: see post_queue_guard.
create or replace function public.post_queue_guard_post()
returns trigger
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  refused text;
begin
  refused := case
    when tg_op = 'INSERT' then case
      when new.is_crosspost then 'is_crosspost'
      when new.original_post_id is not null then 'original_post_id'
      when new.queue_item_id is not null then 'queue_item_id'
    end
    when new.is_crosspost is distinct from old.is_crosspost then 'is_crosspost'
    when new.original_post_id is distinct from old.original_post_id then 'original_post_id'
    when new.queue_item_id is distinct from old.queue_item_id then 'queue_item_id'
  end;
  if refused is not null then
    raise exception '% of a post is the queue worker''s to set', refused
      using errcode = 'insufficient_privilege', column = refused, table = 'content_posts', schema = 'public';
  end if;
  return null;
end
$$;

revoke execute on function public.post_queue_guard_post() from public, anon, authenticated, service_role;
