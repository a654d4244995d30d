-- One item with all that belongs to it: [{"item": the row as post_queue.item_row gives it, "original": its original post,
-- "post": what was posted of it, each null where it is gone, "tries": what befell it before, the newest 100 first, "deeds": what
-- operators did with it, the newest 20 first, "waits": for a queued item what holds it up, see post_queue.waits}]. An empty list
-- where there is no such item.
create or replace function public.post_queue_item(item_id uuid)
returns jsonb
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
declare
  item public.multiplatform_post_queue;
begin
  -- Row-level security hides rows without a word: the item would seem gone.
  if row_security_active('public.multiplatform_post_queue') then
    raise exception 'row-level security hides the queue from role %', current_user
      using errcode = 'insufficient_privilege';
  end if;

  select q.* into item from public.multiplatform_post_queue q where q.id = item_id;
  if item.id is null then
    return '[]';
  end if;

  return jsonb_build_array(jsonb_build_object(
    'item', post_queue.item_row(item) || jsonb_build_object(
      'claim_id', item.claim_id,
      'error', left(item.error_message, 20000),
      'modified_title', left(item.modified_title, 255),
      'modified_caption', left(item.modified_caption, 20000),
      'modified_hashtags', to_jsonb(item.modified_hashtags[1:100]),
      'add_platform_watermark', item.add_platform_watermark
    ),
    'original', (
      select post_queue.post_row(p) from public.content_posts p where p.id = item.original_post_id
    ),
    'post', (
      select post_queue.post_row(p)
      from public.content_posts p
      where p.id = coalesce(
        item.target_post_id,
        (
          select own.id
          from public.content_posts own
          where own.queue_item_id = item.id and own.creator_id = item.creator_id
          limit 1
        )
      )
    ),
    'waits', case when item.status = 'queued' then post_queue.waits(item) end,
    'deeds', (
      select coalesce(
        jsonb_agg(
          jsonb_build_object(
            'at', deed.changed_at, 'verb', deed.verb, 'actor', deed.actor, 'reason', deed.reason,
            'status_before', deed.status_before, 'idempotency_key', deed.idempotency_key
          )
          order by deed.changed_at desc
        ),
        '[]'
      )
      from (
        select c.changed_at, c.status_before, a.verb, a.actor, a.reason, a.idempotency_key
        from post_queue.changed_items c
        join post_queue.actions a on a.id = c.action_id
        where c.item_id = item.id
        order by c.changed_at desc
        limit 20
      ) as deed
    ),
    'tries', (
      select coalesce(
        jsonb_agg(
          jsonb_build_object(
            'tried_at', t.tried_at,
            'claim_id', t.claim_id,
            'started_at', post_queue.moment(t.started_at),
            'outcome', t.outcome,
            'error', t.error,
            'retry_at', t.retry_at
          )
          order by t.tried_at desc, t.id desc
        ),
        '[]'
      )
      from (
        select tried.*
        from post_queue.tries tried
        where tried.item_id = item.id
        order by tried.tried_at desc, tried.id desc
        limit 100
      ) as t
    )
  ));
end
$$;

revoke execute on function public.post_queue_item(uuid) from public, anon, authenticated;
grant execute on function public.post_queue_item(uuid) to service_role;
