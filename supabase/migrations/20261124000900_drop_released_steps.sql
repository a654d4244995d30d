-- The steps of the settle as the first release had them. Nothing calls them any more.
drop function if exists public.post_queue_insert_posts(public.post_queue_decision[]);
drop type if exists public.post_queue_decision;
