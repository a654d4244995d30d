-- Forgets claims of more than an hour ago that have nothing in hand any more, and any of more than a day ago, which is longer
-- than a lease can be: 10,000 at most, the oldest first. Called with each report of a worker.
create or replace function post_queue.forget_claims()
returns void
language sql
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set jit = off
as $$
  delete from post_queue.claims c
  where c.claim_id = any (array(
    select old.claim_id
    from post_queue.claims old
    where old.claimed_at < now() - interval '1 hour'
      and (
        old.claimed_at < now() - interval '1 day'
        or not exists (
          select
          from public.multiplatform_post_queue q
          where q.id = any (old.item_ids) and q.claim_id = old.claim_id and q.status = 'processing'
        )
      )
    order by old.claimed_at
    limit 10000
    for update skip locked
  ))
$$;

revoke execute on function post_queue.forget_claims() from public, anon, authenticated;
grant execute on function post_queue.forget_claims() to service_role;
