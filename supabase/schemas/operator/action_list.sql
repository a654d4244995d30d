-- Who did what, the newest first: {"actions": [...], "next"}.
--
--   verb         only those; null: all
--   actor        only those whose name has this in it, in capitals or not; null: all
--   platform     only those of one platform, and those of all ('*'); null: all
--   before       the "next" of the page before
--   all_verbs    false leaves out what the app of release 2, which does not ask for it, cannot read: all but retry, cancel
--                and prune
create or replace function public.post_queue_action_list(
  verb text default null, actor text default null, page_size integer default 50, before uuid default null,
  all_verbs boolean default false, platform text default null
)
returns jsonb
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
#variable_conflict use_variable
begin
  if page_size is null or page_size not between 1 and 1000 then
    raise exception 'post_queue_action_list needs a page_size from 1 to 1000' using errcode = 'invalid_parameter_value';
  end if;
  if row_security_active('post_queue.actions') then
    raise exception 'row-level security hides the actions from role %', current_user
      using errcode = 'insufficient_privilege';
  end if;

  return (
    select jsonb_build_object(
      'actions', coalesce(jsonb_agg(post_queue.action_row(page) order by page.id desc), '[]'),
      'next', case when count(*) = page_size then (array_agg(page.id order by page.id))[1] end
    )
    from (
      select a.*
      from post_queue.actions a
      where (all_verbs or a.verb in ('retry', 'cancel', 'prune'))
        and (verb is null or a.verb = verb)
        and (actor is null or position(lower(actor) in lower(a.actor)) > 0)
        and (platform is null or a.filter ->> 'platform' in (platform, '*'))
        and (before is null or a.id < before)
      order by a.id desc
      limit page_size
    ) as page
  );
end
$$;

revoke execute on function public.post_queue_action_list(text, text, integer, uuid, boolean, text)
  from public, anon, authenticated;
grant execute on function public.post_queue_action_list(text, text, integer, uuid, boolean, text) to service_role;
