-- Whose turn it was last, where creators take turns (Queue__Fair): one row. The claim goes on behind this creator.
create table if not exists public.post_queue_turns (
  is_only boolean primary key default true check (is_only),
  creator_id uuid not null
);

insert into public.post_queue_turns (creator_id)
values ('00000000-0000-0000-0000-000000000000')
on conflict do nothing;

alter table public.post_queue_turns enable row level security;
revoke all on public.post_queue_turns from anon, authenticated;
grant select, insert, update, delete on public.post_queue_turns to service_role;
