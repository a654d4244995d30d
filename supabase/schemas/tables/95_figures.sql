-- What happened in each minute of the last days and each hour of the last months, by platform, with '' for all of them:
-- written by post_queue_roll_up from the history and the tries, so that 90 days are a quick read whatever their number of
-- posts.
create table if not exists post_queue.figures (
  width_seconds integer not null,
  platform text not null,
  starts_at timestamptz not null,
  posted bigint not null,
  failed bigint not null,
  retried bigint not null,
  -- How many posts took how long, by the bins of post_queue.time_bin, the first of them at 1.
  times bigint[] not null default '{}',
  primary key (width_seconds, platform, starts_at)
);

alter table post_queue.figures enable row level security;
revoke all on post_queue.figures from anon, authenticated;
grant select, insert, update, delete on post_queue.figures to service_role;
