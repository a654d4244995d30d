-- A part of post_queue_check: settings of the server, the roles and the tables.
create or replace function post_queue.check_settings()
returns table (level text, what text, follows text, advice text)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  -- A large batch on a busy database takes seconds.
  select
    'warning',
    format('statement_timeout is %s for the role %s.', current_setting('statement_timeout'), current_user),
    'A batch that takes longer is undone, and tried again from the beginning.',
    format('Run: alter role %I set statement_timeout = ''30s''.', current_user)
  where current_setting('statement_timeout')::interval > interval '0'
    and current_setting('statement_timeout')::interval < interval '10s'

  union all

  -- The REST API logs in as authenticator and then takes on service_role, with that role's settings.
  select
    'note',
    format('Over the REST API statement_timeout is %s, a setting of the role %s.', timeout.text, timeout.role_name),
    'A batch that takes longer there is undone, and tried again from the beginning.',
    'Run: alter role service_role set statement_timeout = ''30s''; notify pgrst, ''reload config''.'
  from (
    select
      r.rolname as role_name,
      o.option_value as text,
      -- A number alone is milliseconds.
      (o.option_value || case when o.option_value ~ '^\d+$' then 'ms' else '' end)::interval as time
    from pg_catalog.pg_db_role_setting s
    join pg_catalog.pg_roles r on r.oid = s.setrole
    cross join pg_options_to_table(s.setconfig) as o
    where r.rolname in ('authenticator', 'service_role')
      and s.setdatabase in (0, (select d.oid from pg_catalog.pg_database d where d.datname = current_database()))
      and o.option_name = 'statement_timeout'
    order by r.rolname desc, s.setdatabase desc
    limit 1
  ) as timeout
  where timeout.time > interval '0' and timeout.time < interval '10s'

  union all

  select
    'warning',
    'session_replication_role is replica.',
    'No trigger runs and no foreign key is checked: nothing is guarded, and a cross-post may queue others without end.',
    format('Run: alter role %I reset session_replication_role, or the same of the database.', current_user)
  where current_setting('session_replication_role') = 'replica'

  union all

  -- Of the server and the role, not of this transaction: the REST API may call what changes nothing in a read-only one. No
  -- error, because it may pass: a worker that starts meanwhile must not end.
  select
    'warning',
    case when pg_is_in_recovery() then 'The server is a standby.' else 'default_transaction_read_only is on.' end,
    'The database takes no changes: nothing is queued and nothing is posted.',
    case
      when pg_is_in_recovery() then 'Use the address of the primary.'
      else 'A platform sets it where a disk quota is used up: make room there. Otherwise reset it for the server, the database or the role.'
    end
  where pg_is_in_recovery() or current_setting('default_transaction_read_only') = 'on'

  union all

  select
    'note',
    format('max_prepared_transactions is %s.', current_setting('max_prepared_transactions')),
    'No hints are sent, because a transaction that notifies could not be prepared: items are found by polling.',
    'Set it to 0 where nothing uses PREPARE TRANSACTION.'
  where current_setting('max_prepared_transactions') <> '0'

  union all

  select
    'warning',
    'Autovacuum is off on this server.',
    'Each item leaves dead rows behind: the queue grows and claims become slower without end.',
    'Set autovacuum and track_counts to on.'
  where current_setting('autovacuum') = 'off' or current_setting('track_counts') = 'off'

  union all

  select
    'warning',
    format('Autovacuum is off for the table %s.', c.relname),
    'Each item leaves dead rows behind: the table grows and claims become slower without end.',
    format('Run: alter table %s reset (autovacuum_enabled).', c.oid::regclass)
  from pg_catalog.pg_class c
  cross join pg_options_to_table(c.reloptions) as o
  where c.oid in (
      'public.multiplatform_post_queue'::regclass, 'public.multiplatform_post_history'::regclass,
      'public.content_posts'::regclass
    )
    and o.option_name = 'autovacuum_enabled'
    and not o.option_value::boolean
$$;

revoke execute on function post_queue.check_settings() from public, anon, authenticated;
grant execute on function post_queue.check_settings() to service_role;
