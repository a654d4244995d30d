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
