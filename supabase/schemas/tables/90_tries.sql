-- What befell an item: one row for each try that did not post it, written in the transaction that ended the try. No foreign
-- key: the queue may be partitioned (docs/scale.md). A trigger takes the tries of a deleted item away.
create table if not exists post_queue.tries (
  id uuid primary key,
  item_id uuid not null,
  claim_id uuid,
  target_platform text not null,
  tried_at timestamptz not null default now(),
  started_at timestamptz,
  -- retried, failed, rescued, or given_up: failed because its workers stopped too often.
  outcome text not null,
  error text,
  retry_at timestamptz
);

create index if not exists tries_item_idx on post_queue.tries (item_id, tried_at);

-- The figures of a minute.
create index if not exists tries_tried_at_idx on post_queue.tries (tried_at);

alter table post_queue.tries enable row level security;
revoke all on post_queue.tries from anon, authenticated;
grant select, insert, update, delete on post_queue.tries to service_role;
