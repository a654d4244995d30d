-- Says why the post of an item was refused, and what to do where that is known.
--
--   item_id      the item
--   state        the SQLSTATE of the refusal
--   message      its message
--   schema_name, table_name, column_name  what it names, empty where it names none
create or replace function post_queue.insert_error(
  item_id uuid, state text, message text, schema_name text, table_name text, column_name text
)
returns text
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  posts constant regclass := 'public.content_posts';
  refused_by constant regclass := to_regclass(format('%I.%I', schema_name, table_name));
  advice text;
begin
  -- A trigger may have written elsewhere.
  if refused_by = posts or refused_by in (select relid from pg_partition_tree(posts)) then
    case
      when state = '23502' then
        select format('it stands in unique index %s, so the original''s value is not copied; '
          'give it a default, or a BEFORE INSERT trigger that fills it', c.index_name)
        into advice
        from public.post_queue_columns() as c
        where c.column_name = column_name and c.reason = 'unique';

      when state in ('23505', '23P01') then
        select format('post %s, which is not this item''s, carries its id in queue_item_id; '
          'set that to null, and queue the item again', p.id)
        into advice
        from public.content_posts p
        where p.queue_item_id = item_id;

        advice := coalesce(
          advice,
          'let the index leave cross-posts out (where not is_crosspost), '
            'or give its columns a default that differs each time'
        );
      else
        null;
    end case;
  end if;
  return format('%s (SQLSTATE %s)%s', message, state, ': ' || advice);
end
$$;

revoke execute on function post_queue.insert_error(uuid, text, text, text, text, text)
  from public, anon, authenticated;
grant execute on function post_queue.insert_error(uuid, text, text, text, text, text) to service_role;
