-- A part of post_queue_check: columns of content_posts that a cross-post does not get from its original, and why
-- (post_queue_columns).
create or replace function post_queue.check_columns()
returns table (level text, what text, follows text, advice text)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select
    case when c.is_required and not filled.by_trigger then 'error' else 'note' end,
    case
      when c.is_required
        then format('content_posts.%I is unique (%s), must not be null and has no default.', c.column_name,
          regexp_replace(c.index_name, '^public\.', ''))
      else format('content_posts.%I is not copied to a cross-post: it is %s.', c.column_name,
        case c.reason
          when 'generated' then 'generated'
          when 'identity' then 'an identity column'
          when 'sequence' then 'numbered by a sequence'
          else format('unique (%s)', regexp_replace(c.index_name, '^public\.', ''))
        end)
    end,
    case
      when c.is_required and filled.by_trigger then 'Every item fails that no BEFORE INSERT trigger gives a value to.'
      when c.is_required then 'Every item fails.'
      when c.reason = 'generated' then 'The database computes it.'
      when c.reason in ('identity', 'sequence') then 'A cross-post gets a number of its own.'
      when a.atthasdef or t.typdefault is not null then 'A cross-post gets its default.'
      else 'It is null in a cross-post, unless a BEFORE INSERT trigger fills it.'
    end,
    case
      when c.is_required and not filled.by_trigger
        then 'Give the column a default, or fill it in a BEFORE INSERT trigger.'
    end
  from public.post_queue_columns() as c
  join pg_catalog.pg_attribute a
    on a.attrelid = 'public.content_posts'::regclass and a.attname = c.column_name and not a.attisdropped
  join pg_catalog.pg_type t on t.oid = a.atttypid
  cross join (
    select exists (
      select
      from pg_catalog.pg_trigger g
      where g.tgrelid = 'public.content_posts'::regclass
        and not g.tgisinternal
        and g.tgenabled <> 'D'
        -- For each row (1), before (2) INSERT (4).
        and g.tgtype & 7 = 7
    ) as by_trigger
  ) as filled
  where not c.copied

  union all

  select
    'note',
    format('content_posts.content_type has a default, %s.', pg_get_expr(d.adbin, d.adrelid)),
    'A post of an insert that leaves it out is of that type, whatever its file is. A cross-post has its original''s type.',
    null
  from pg_catalog.pg_attrdef d
  join pg_catalog.pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
  where d.adrelid = 'public.content_posts'::regclass and a.attname = 'content_type'
$$;

revoke execute on function post_queue.check_columns() from public, anon, authenticated;
grant execute on function post_queue.check_columns() to service_role;
