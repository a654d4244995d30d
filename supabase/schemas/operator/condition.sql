-- What an operator's filter asks of one row q, as text. Goes with post_queue.walk, which says what may stand in it; every
-- value is quoted here.
create or replace function post_queue.condition(filter jsonb)
returns text
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  member text;
  condition text := 'true';
begin
  if jsonb_typeof(filter) is distinct from 'object' then
    raise exception 'a filter is an object' using errcode = 'invalid_parameter_value';
  end if;

  for member in select jsonb_object_keys(filter) loop
    condition := condition || case member
      when 'status' then format(' and q.status = %L', (filter ->> member)::public.platform_post_status)
      -- As the overview shows it: what stands in the row may be of any length.
      when 'platform' then format(' and left(q.target_platform, 100) = left(%L, 100)', filter ->> member)
      when 'creator_id' then format(' and q.creator_id = %L', (filter ->> member)::uuid)
      when 'original_post_id' then format(' and q.original_post_id = %L', (filter ->> member)::uuid)
      when 'cause' then format(' and public.error_cause(q.error_message) = %L', filter ->> member)
      when 'title' then format(
        ' and position(lower(%L) in lower(coalesce(q.modified_title, (
           select p.title from public.content_posts p where p.id = q.original_post_id)))) > 0',
        filter ->> member
      )
      when 'text' then format(
        ' and (position(lower(%1$L) in lower(left(q.error_message, 20000))) > 0 or position(lower(%1$L) in lower(coalesce(
           q.modified_title, (select p.title from public.content_posts p where p.id = q.original_post_id)))) > 0)',
        filter ->> member
      )
      when 'short_id' then format(' and right(q.id::text, 8) = lower(%L)', filter ->> member)
      when 'from' then format(' and q.walk_key >= %L', (filter ->> member)::timestamptz)
      when 'to' then format(' and q.walk_key < %L', (filter ->> member)::timestamptz)
    end;
    if condition is null then
      raise exception 'a filter has no member "%"', left(member, 100) using errcode = 'invalid_parameter_value';
    end if;
  end loop;
  return condition;
end
$$;

revoke execute on function post_queue.condition(jsonb) from public, anon, authenticated;
grant execute on function post_queue.condition(jsonb) to service_role;
