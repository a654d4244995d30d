-- Takes the tries of a deleted item away, whoever deleted it: the prune, or the cascade of its original or creator. Whoever
-- may delete items need not be able to see the tries, so it runs as its owner.
create or replace function public.post_queue_forget_tries()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from post_queue.tries t where t.item_id = old.id;
  return null;
end
$$;

revoke execute on function public.post_queue_forget_tries() from public, anon, authenticated;
