-- The steps of the claim as the second release had them. Nothing calls them any more.
drop function if exists public.post_queue_open_platforms();
drop function if exists public.post_queue_pick_open(text[], integer[], integer);
drop function if exists public.post_queue_pick_turns(integer, text[], integer[]);
