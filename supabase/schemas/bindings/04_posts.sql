-- The columns that content_posts needs beyond production's.
alter table public.content_posts
  add column if not exists is_crosspost boolean not null default false,
  add column if not exists original_post_id uuid,
  add column if not exists watermark_enabled boolean not null default false,
  add column if not exists queue_item_id uuid;

comment on column public.content_posts.queue_item_id is
  'The queue item that made this cross-post. Unique: a second wall against a double post.';
