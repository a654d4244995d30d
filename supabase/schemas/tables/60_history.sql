-- What the history needs beyond production's indexes: the posts of the last hour.
create index if not exists multiplatform_post_history_posted_at_idx
  on public.multiplatform_post_history (posted_at);
