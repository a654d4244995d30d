-- Optional, for a worker that is reached over HTTP (Azure, or SUPABASE_URL): wakes it when a due item is queued, by a call
-- of its function Wake. Run it once, in Supabase's SQL editor or with psql, and again after a change; it needs the
-- extensions pg_net and Vault, and where one is missing it says so and changes nothing. docs/wake-over-http.md has the
-- steps, and what it costs.
--
-- Before, store where to call and the function's own key:
--   select vault.create_secret('https://<app>.azurewebsites.net/api/queue/wake', 'post_queue_wake_url');
--   select vault.create_secret('<key of the function Wake>', 'post_queue_wake_key');
--
-- pg_net keeps a call with its headers in a table (net.http_request_queue) until it is sent, and grants its tables to PUBLIC: whoever
-- may run SQL can read the key meanwhile. So it must be Wake's own, which opens nothing else. pg_net sends after the commit and
-- does not repeat; a call that is lost or refused costs what a poll costs.
do $$
begin
  if to_regprocedure('net.http_post(text, jsonb, jsonb, jsonb, integer)') is null then
    raise notice 'pg_net is not installed (create extension pg_net): nothing was changed, and items are found by polling';
    return;
  end if;
  if to_regclass('vault.decrypted_secrets') is null then
    raise notice 'Vault is not installed (create extension supabase_vault): nothing was changed, and items are found by polling';
    return;
  end if;

  -- When it called last, in milliseconds. A sequence, because it is set at once, for all, without a lock.
  create sequence if not exists public.post_queue_wake_clock;
  revoke all on sequence public.post_queue_wake_clock from public, anon, authenticated;

  -- security definer: whoever queues an item need not be able to read Vault or the clock.
  create or replace function public.post_queue_wake_over_http()
  returns trigger
  language plpgsql
  security definer
  set search_path = ''
  as $function$
  declare
    now_milliseconds constant bigint := extract(epoch from clock_timestamp()) * 1000;
    url text;
    key text;
  begin
    if not exists (
      select
      from new_items q
      where q.status = 'queued' and greatest(q.scheduled_for, q.queued_at) <= now()
    ) then
      return null;
    end if;

    -- One call a second, over all sessions.
    if (select c.last_value from public.post_queue_wake_clock c) > now_milliseconds - 1000
      or not pg_try_advisory_lock(hashtext('post_queue_wake_over_http'), 0)
    then
      return null;
    end if;
    if (select c.last_value from public.post_queue_wake_clock c) > now_milliseconds - 1000 then
      perform pg_advisory_unlock(hashtext('post_queue_wake_over_http'), 0);
      return null;
    end if;
    perform setval('public.post_queue_wake_clock', now_milliseconds);
    perform pg_advisory_unlock(hashtext('post_queue_wake_over_http'), 0);

    begin
      select s.decrypted_secret into url from vault.decrypted_secrets s where s.name = 'post_queue_wake_url';
      select s.decrypted_secret into key from vault.decrypted_secrets s where s.name = 'post_queue_wake_key';
      if url is not null and key is not null then
        perform net.http_post(
          url => url,
          headers => jsonb_build_object('Content-Type', 'application/json', 'x-functions-key', key),
          timeout_milliseconds => 5000
        );
      end if;
    exception
      -- An item is queued all the same.
      when others then
        raise warning 'the worker was not woken: % (SQLSTATE %)', sqlerrm, sqlstate;
    end;
    return null;
  end
  $function$;

  revoke execute on function public.post_queue_wake_over_http() from public, anon, authenticated;

  create or replace trigger post_queue_wake_over_http
    after insert on public.multiplatform_post_queue
    referencing new table as new_items
    for each statement execute function public.post_queue_wake_over_http();
end
$$;
