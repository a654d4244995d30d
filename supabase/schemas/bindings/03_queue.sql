-- The columns that the queue needs beyond production's.
alter table public.multiplatform_post_queue
  add column if not exists claim_id uuid,
  add column if not exists rescue_count integer not null default 0;

comment on column public.multiplatform_post_queue.claim_id is
  'The run that took the item last. Kept when the item is settled, so that a repeated settle answers the same.';
comment on column public.multiplatform_post_queue.rescue_count is
  'How often the item was freed because its worker was gone.';
