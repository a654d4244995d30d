-- A change that is not one of items, such as a pause, has no limit of them.
alter table public.post_queue_actions alter column item_limit drop not null;
