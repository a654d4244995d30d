-- How many tries ended as failed in each minute of the last days and each hour of the last months, by cause (see error_cause):
-- written by post_queue_roll_up, beside post_queue.figures.
create table if not exists post_queue.cause_figures (
  width_seconds integer not null,
  starts_at timestamptz not null,
  cause text not null,
  failed bigint not null,
  primary key (width_seconds, starts_at, cause)
);

alter table post_queue.cause_figures enable row level security;
revoke all on post_queue.cause_figures from anon, authenticated;
grant select, insert, update, delete on post_queue.cause_figures to service_role;
