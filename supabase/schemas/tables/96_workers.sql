-- The workers, each as it last told of itself (post_queue_report): every process that asks can see whether anybody works.
create table if not exists post_queue.workers (
  id uuid primary key,
  name text not null,
  started_at timestamptz not null,
  reported_at timestamptz not null,
  completed_at timestamptz,
  posted_at timestamptz,
  is_late boolean not null,
  failed_runs integer not null,
  unsettled integer not null,
  error text,
  error_at timestamptz
);

comment on column post_queue.workers.id is 'Of one process; another start is another worker.';
comment on column post_queue.workers.completed_at is 'Its last run that the database did not fail.';
comment on column post_queue.workers.is_late is 'Whether three times of its schedule had passed without a run.';
comment on column post_queue.workers.failed_runs is 'The runs in a row that failed.';
comment on column post_queue.workers.unsettled is 'The items that it holds and could not settle.';
comment on column post_queue.workers.error is 'What went wrong last.';

alter table post_queue.workers enable row level security;
revoke all on post_queue.workers from anon, authenticated;
grant select, insert, update, delete on post_queue.workers to service_role;
