-- Which platforms are paused, since when, by whom and why: a row where resumed_at is null. Rows that ended stay, so the
-- table is also the record of what was paused before. platform '*' stands for everything.
--
-- post_queue_pause and post_queue_resume write it; the claim reads it.
create table if not exists post_queue.pauses (
  id uuid primary key,
  platform text not null,
  paused_at timestamptz not null default now(),
  paused_by text not null,
  reason text,
  resumed_at timestamptz,
  resumed_by text
);

-- What every claim looks at. Empty where nothing is paused, so the look reads one page.
create unique index if not exists pauses_open_key
  on post_queue.pauses (platform)
  where resumed_at is null;

alter table post_queue.pauses enable row level security;
revoke all on post_queue.pauses from anon, authenticated;
grant select, insert, update, delete on post_queue.pauses to service_role;
