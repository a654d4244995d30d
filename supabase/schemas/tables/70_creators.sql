-- Where an operator's search for a creator begins: names by their first letters, in capitals or not.
--
-- On a table of many millions of rows build it beforehand with CREATE INDEX CONCURRENTLY under this name
-- (docs/operations.md).
create index if not exists creators_name_idx on public.creators (lower(creator_name) text_pattern_ops, id);
