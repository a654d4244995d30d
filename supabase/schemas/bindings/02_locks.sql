-- All of production's tables that the steps from here on change, locked at once, and as late as can be: everything before takes
-- no lock that anybody waits for, and everything after is quick.
--
-- Others take the tables in another order: who makes a post queues its items, who settles an item makes its post. Whoever
-- waited here with a table in hand would wait for them, and they for it. So no lock is waited for longer than 20 ms; then all
-- are let go, and asked for again. Whoever writes waits no longer than that, however long a transaction others have open.
do $$
declare
  usual constant text := current_setting('lock_timeout');
  gives_up_at constant timestamptz := clock_timestamp() + interval '1 minute';
begin
  perform set_config('lock_timeout', '20ms', true);
  loop
    begin
      lock table
        public.content_posts, public.multiplatform_post_queue, public.multiplatform_post_history,
        public.creator_multiplatform_settings
      in access exclusive mode;
      exit;
    exception
      when lock_not_available or deadlock_detected then
        if clock_timestamp() > gives_up_at then
          raise exception 'somebody has had a transaction open on these tables for a minute: nothing was changed'
            using
              errcode = 'lock_not_available',
              hint = 'pg_stat_activity says who, by xact_start. End it, or wait for its end, and push again.';
        end if;
    end;
    perform pg_sleep(0.05 + 0.1 * random());
  end loop;
  perform set_config('lock_timeout', usual, true);
end
$$;
