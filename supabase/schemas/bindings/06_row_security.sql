-- A creator sees what is theirs and queues what is theirs; the worker's service role passes these by. Tables that have
-- policies of their own keep them.
do $$
declare
  owned text;
begin
  foreach owned in array array[
    'multiplatform_post_queue', 'multiplatform_post_history', 'creator_multiplatform_settings'
  ] loop
    execute format('alter table public.%I enable row level security', owned);
    if not exists (select from pg_policy where polrelid = format('public.%I', owned)::regclass) then
      execute format(
        'create policy %I on public.%I for select to authenticated using (
           creator_id in (select id from public.creators where user_id = auth.uid()))',
        owned || '_own_select', owned
      );
      if owned = 'multiplatform_post_queue' then
        -- The original must be the creator's own as well: see the refusals in post_queue_settle.
        execute format(
          'create policy %I on public.%I for insert to authenticated with check (
             creator_id in (select id from public.creators where user_id = auth.uid())
             and creator_id = (select p.creator_id from public.content_posts p where p.id = %I.original_post_id))',
          owned || '_own_insert', owned, owned
        );
      end if;
    end if;
  end loop;
end
$$;
