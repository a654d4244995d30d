-- Ids in the order of time: the index entries of rows that come together lie together. Random ones each touch a page of
-- their own, which costs most of a settle once the indexes are larger than the cache (docs/performance.md).

-- Version 7 of RFC 9562: milliseconds since 1970 in front, the rest random. PostgreSQL 18 brings uuidv7().
-- Whoever inserts calls it, through the defaults below.
create or replace function public.uuid_v7()
returns uuid
language sql
volatile
security invoker
as $$
  select encode(
    set_bit(
      set_bit(
        overlay(
          uuid_send(gen_random_uuid())
          placing substring(int8send(floor(extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
          from 1 for 6
        ),
        52, 1
      ),
      53, 1
    ),
    'hex'
  )::uuid
$$;

grant execute on function public.uuid_v7() to public;

-- Where production chose another default than a random id, that stays.
do $$
declare
  random_id record;
begin
  for random_id in
    select d.adrelid::regclass as table_name
    from pg_attrdef d
    join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
    where d.adrelid in ('public.multiplatform_post_queue'::regclass, 'public.multiplatform_post_history'::regclass)
      and a.attname = 'id'
      and pg_get_expr(d.adbin, d.adrelid) = 'gen_random_uuid()'
  loop
    execute format('alter table %s alter column id set default public.uuid_v7()', random_id.table_name);
  end loop;
end
$$;
