-- Tells workers that something is due, as it is queued: a notification on the channel "post_queue", once a statement,
-- only if an item of the statement is due now. A worker that listens posts it at once; a hint that is lost costs what a
-- poll costs.
--
-- A transaction that notifies takes a lock at its commit that is shared by all databases of the server, and holds it
-- while its commit is flushed. So few transactions at a time are let in, by advisory locks that end with them.
-- Whoever finds all four taken tries one of twelve more, by the number of its process, or four transactions that stay open
-- would silence all others. Whoever finds that taken, too, sends nothing: a hint of the others comes at about the same time,
-- and a worker looks once more a second after each hint.
--
-- A transaction that notifies cannot be prepared (two-phase commit). Where the server allows those, nothing is sent, and items
-- are found by polling: the hint must never fail the one who queues.
--
-- All in one statement, and no settings of its own (a search_path): each would cost a good part of what it does. It names
-- nothing but built-in things.
create or replace function public.post_queue_wake()
returns trigger
language plpgsql
security invoker
as $$
begin
  perform pg_catalog.pg_notify('post_queue', '')
  where exists (
      select
      from new_items q
      where q.status operator(pg_catalog.=) 'queued'
        and greatest(q.scheduled_for, q.queued_at) operator(pg_catalog.<=) pg_catalog.now()
    )
    and pg_catalog.current_setting('max_prepared_transactions') operator(pg_catalog.=) '0'
    -- Where somebody who listens does not read, a full queue of notifications would fail the transaction that queues.
    and pg_catalog.pg_notification_queue_usage() operator(pg_catalog.<) 0.5
    and (
      pg_catalog.pg_try_advisory_xact_lock(pg_catalog.hashtext('post_queue_wake'), 1)
      or pg_catalog.pg_try_advisory_xact_lock(pg_catalog.hashtext('post_queue_wake'), 2)
      or pg_catalog.pg_try_advisory_xact_lock(pg_catalog.hashtext('post_queue_wake'), 3)
      or pg_catalog.pg_try_advisory_xact_lock(pg_catalog.hashtext('post_queue_wake'), 4)
      or pg_catalog.pg_try_advisory_xact_lock(
        pg_catalog.hashtext('post_queue_wake'), 5 operator(pg_catalog.+) (pg_catalog.pg_backend_pid() operator(pg_catalog.%) 12)
      )
    );
  return null;
end
$$;

revoke execute on function public.post_queue_wake() from public, anon, authenticated;
