-- Closes the loop of cross-posts: while a settle writes a post, no item for a cross-post enters the queue, whichever
-- trigger on content_posts would queue it, under whatever name, and also when the transaction ends.
--
-- post_queue_settle says in the setting post_queue.settling, which ends with its transaction, that it is at work. So
-- whoever else queues an item pays for no more than a look at a setting, and an item that somebody queues for a
-- cross-post by hand is not dropped without a word: it fails with a sentence.
create or replace function public.post_queue_skip_crossposts()
returns trigger
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  -- An original that cannot be seen yet is the post that is being inserted.
  if exists (select from public.content_posts p where p.id = new.original_post_id and not p.is_crosspost) then
    return new;
  end if;
  return null;
end
$$;

revoke execute on function public.post_queue_skip_crossposts() from public, anon, authenticated;
