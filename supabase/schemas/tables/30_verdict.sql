-- What is decided for an item, on its way from one step of the settle to the next. The row is named by its table and its
-- place there (ctid), because in another partition of the queue another row stands at the same place.
do $$
begin
  if to_regtype('post_queue.verdict') is null then
    create type post_queue.verdict as (
      item_id uuid,
      item_table oid,
      item_address tid,
      original_post_id uuid,
      cluster text,
      outcome text,
      error text,
      post_id uuid,
      post_exists boolean,
      retry_at timestamptz,
      time_to_post_seconds integer
    );
  end if;
end
$$;
