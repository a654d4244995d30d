-- What runs where rows of the queue come and go; see the functions.
create or replace trigger post_queue_skip_crossposts
  before insert on public.multiplatform_post_queue
  for each row
  when (pg_catalog.current_setting('post_queue.settling', true) = 'on')
  execute function public.post_queue_skip_crossposts();

create or replace trigger post_queue_forget_tries
  after delete on public.multiplatform_post_queue
  for each row execute function public.post_queue_forget_tries();

create or replace trigger post_queue_wake
  after insert on public.multiplatform_post_queue
  referencing new table as new_items
  for each statement execute function public.post_queue_wake();

-- A cross-post queues nothing: without this every cross-post would queue further ones, without end. The function behind
-- production's trigger stays the one that is there, and so does a trigger that somebody has given another form:
-- post_queue_skip_crossposts closes the loop whatever it is called. This one spares each cross-post its work.
do $$
declare
  trigger_function text;
begin
  select t.tgfoid::regprocedure::text
  into trigger_function
  from pg_trigger t
  where t.tgrelid = 'public.content_posts'::regclass
    and t.tgname = 'trigger_post_created_multiplatform'
    -- After an insert, for each row, and nothing more.
    and t.tgtype = 5
    and t.tgqual is null
    and t.tgnargs = 0
    and t.tgconstraint = 0
    and t.tgnewtable is null
    and t.tgenabled = 'O';

  if found then
    execute format(
      'create or replace trigger trigger_post_created_multiplatform
         after insert on public.content_posts
         for each row when (not new.is_crosspost) execute function %s',
      trigger_function
    );
  end if;
end
$$;
