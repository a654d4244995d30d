-- Version 7 of RFC 9562: milliseconds since 1970 in front, the rest random. Ids in the order of time: the index entries of
-- rows that come together lie together. Random ones each touch a page of their own, which costs most of a settle once the
-- indexes are larger than the cache (docs/performance.md). PostgreSQL 18 brings uuidv7().
--
-- Whoever inserts calls it, through defaults, whatever their search_path: it names even operators in full.
create or replace function public.uuid_v7()
returns uuid
language sql
volatile
security invoker
as $$
  select pg_catalog.encode(
    pg_catalog.set_bit(
      pg_catalog.set_bit(
        pg_catalog.overlay(
          pg_catalog.uuid_send(pg_catalog.gen_random_uuid()),
          pg_catalog.substring(
            pg_catalog.int8send(
              pg_catalog.floor(
                extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000
              )::pg_catalog.int8
            ),
            3
          ),
          1,
          6
        ),
        52, 1
      ),
      53, 1
    ),
    'hex'
  )::pg_catalog.uuid
$$;

grant execute on function public.uuid_v7() to public;
