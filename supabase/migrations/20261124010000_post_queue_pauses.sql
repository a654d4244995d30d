-- Which platforms are paused, since when, by whom and why: a row where resumed_at is null. Rows that ended stay, so the
-- table is also the record of what was paused before. platform '*' stands for everything.
--
-- post_queue_pause and post_queue_resume write it; the claim reads it.
create table if not exists public.post_queue_pauses (
  id uuid primary key default public.uuid_v7(),
  platform text not null,
  paused_at timestamptz not null default now(),
  paused_by text not null,
  reason text,
  resumed_at timestamptz,
  resumed_by text
);

-- What every claim looks at. Empty where nothing is paused, so the look reads one page.
create unique index if not exists post_queue_pauses_open_key
  on public.post_queue_pauses (platform)
  where resumed_at is null;

alter table public.post_queue_pauses enable row level security;
revoke all on public.post_queue_pauses from anon, authenticated;
grant select, insert, update, delete on public.post_queue_pauses to service_role;
