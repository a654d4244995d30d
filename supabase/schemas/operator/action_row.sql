-- A change of items as an operator sees it. "left" says how many were left alone, by reason: locked by another transaction,
-- missing, or the status that the item turned out to have.
create or replace function post_queue.action_row(entry post_queue.actions)
returns jsonb
language sql
stable
security invoker
as $$
  select jsonb_build_object(
    'idempotency_key', entry.idempotency_key,
    'verb', entry.verb,
    'actor', entry.actor,
    'reason', entry.reason,
    'filter', entry.filter,
    'limit', entry.item_limit,
    'started_at', entry.started_at,
    'updated_at', coalesce(entry.updated_at, now()),
    'finished', entry.finished,
    'portions', entry.portions,
    'meant', entry.meant,
    'is_exact', true,
    'done', entry.done,
    'marked_posted', entry.marked_posted,
    'left', entry.left_alone,
    'beyond_limit', entry.beyond_limit
  )
$$;

revoke execute on function post_queue.action_row(post_queue.actions) from public, anon, authenticated;
grant execute on function post_queue.action_row(post_queue.actions) to service_role;
