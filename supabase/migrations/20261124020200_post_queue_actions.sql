-- Who did what: one row for each change that an operator, or the pruning timer, asked for. Written in the transactions of
-- the change itself, portion by portion, so that it never says more or less than what happened.
create table if not exists public.post_queue_actions (
  id uuid primary key default public.uuid_v7(),
  idempotency_key text not null unique,
  verb text not null,
  actor text not null,
  reason text,
  filter jsonb not null default '{}',
  item_limit integer not null,
  started_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  finished boolean not null default false,
  portions integer not null default 0,
  meant bigint not null default 0,
  done bigint not null default 0,
  marked_posted bigint not null default 0,
  left_alone jsonb not null default '{}',
  after_key timestamptz,
  after_id uuid
);

comment on column public.post_queue_actions.meant is 'Items that the filter or the ids named, as far as it has gone.';
comment on column public.post_queue_actions.left_alone is 'How many were left, by reason.';
comment on column public.post_queue_actions.after_id is 'Where the next portion goes on.';

-- The newest of one verb or one actor are found by walking the primary key, which is in the order of time.

alter table public.post_queue_actions enable row level security;
revoke all on public.post_queue_actions from anon, authenticated;
grant select, insert, update, delete on public.post_queue_actions to service_role;
