-- What errors of one cause have in common: the text with ids, tokens, quoted values and numbers masked, those within words
-- too, on one line of at most 300 characters. A SQLSTATE stays, and so do the names of columns, constraints and the like, which
-- PostgreSQL quotes as it quotes values; they lose their quotes.
--
-- An index stands on it, so it is immutable. Changing it means building that index again.
create or replace function public.error_cause(error_message text)
returns text
language sql
immutable
parallel safe
security invoker
as $$
  select pg_catalog.left(
    pg_catalog.regexp_replace(
      pg_catalog.regexp_replace(
        pg_catalog.regexp_replace(
          pg_catalog.regexp_replace(
            pg_catalog.regexp_replace(
              pg_catalog.regexp_replace(
                -- What a person wrote may be megabytes; the first characters tell the cause.
                pg_catalog.left(coalesce(error_message, '(no error was recorded)'), 1000),
                '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}', '<id>', 'g'
              ),
              '\m(column|relation|constraint|table|index|function|type|schema|domain|enum) "([^"]*)"', '\1 \2', 'g'
            ),
            -- Not the apostrophe of "the item's creator".
            '"[^"]*"|(?<!\w)''[^'']*''(?!\w)', '<value>', 'g'
          ),
          -- A word of eight signs or more that has letters and digits.
          '(?<!\m(SQLSTATE|column|relation|constraint|table|index|function|type|schema|domain|enum) )(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[a-zA-Z])[\w-]{8,}',
          '<id>', 'g'
        ),
        '(?<!\m(SQLSTATE|column|relation|constraint|table|index|function|type|schema|domain|enum) \w*)\d+([.,:]\d+)*', '<n>', 'g'
      ),
      '\s+', ' ', 'g'
    ),
    300
  )
$$;

-- Whoever changes a failed item calls it through the index.
grant execute on function public.error_cause(text) to public;
