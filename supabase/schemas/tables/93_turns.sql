-- Whose turn it was last, where creators take turns (Queue__Fair): one row, from the first such claim on.
-- The claim goes on behind this creator.
create table if not exists post_queue.turns (
  is_only boolean primary key default true check (is_only),
  creator_id uuid not null
);

alter table post_queue.turns enable row level security;
revoke all on post_queue.turns from anon, authenticated;
grant select, insert, update, delete on post_queue.turns to service_role;
