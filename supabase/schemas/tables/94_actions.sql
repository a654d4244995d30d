-- Who did what: one row for each change that an operator, or the pruning timer, asked for. Written in the transactions of
-- the change itself, portion by portion, so that it never says more or less than what happened.
create table if not exists post_queue.actions (
  id uuid primary key,
  idempotency_key text not null unique,
  verb text not null,
  actor text not null,
  reason text,
  filter jsonb not null default '{}',
  -- Null for a change that is not one of items, such as a pause.
  item_limit integer,
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

comment on column post_queue.actions.meant is 'Items that the filter or the ids named, as far as it has gone.';
comment on column post_queue.actions.left_alone is 'How many were left, by reason.';
comment on column post_queue.actions.after_id is 'Where the next portion goes on.';

-- The newest of one verb or one actor are found by walking the primary key, which is in the order of time.
-- What is old enough to be pruned is found by this.
create index if not exists actions_updated_idx on post_queue.actions (updated_at);

alter table post_queue.actions enable row level security;
revoke all on post_queue.actions from anon, authenticated;
grant select, insert, update, delete on post_queue.actions to service_role;
