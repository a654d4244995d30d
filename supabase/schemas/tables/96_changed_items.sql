-- Which items a change of an operator's cancelled, queued again or brought back, and what they were before: so that it can be told of an
-- item, and taken back. Kept as long as the record of the change.
create table if not exists post_queue.changed_items (
  action_id uuid not null references post_queue.actions (id) on delete cascade,
  item_id uuid not null,
  status_before public.platform_post_status not null,
  -- The item's updated_at as the change left it: whoever touches the item later leaves another.
  changed_at timestamptz not null,
  primary key (action_id, item_id)
);

create index if not exists changed_items_item_idx on post_queue.changed_items (item_id, changed_at);

alter table post_queue.changed_items enable row level security;
revoke all on post_queue.changed_items from anon, authenticated;
grant select, insert, update, delete on post_queue.changed_items to service_role;

-- How many more items matched than the change's limit let it take, as post_queue.bounded says it; null where it took all.
alter table post_queue.actions add column if not exists beyond_limit jsonb;
