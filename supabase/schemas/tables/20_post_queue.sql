-- The schema of what is the app's alone: its tables, and the functions that only its own functions call. Supabase's REST
-- API does not serve it, and signed-in users cannot look into it.
create schema if not exists post_queue;

revoke all on schema post_queue from public, anon, authenticated;
grant usage on schema post_queue to service_role;
