-- The part of the FANZ schema that the queue touches, as production has it, for a database that has none of it. All or
-- nothing: where content_posts exists this file changes nothing at all, because what stands there is production's own,
-- whatever it is called. A second trigger that queues items would post each of them twice.
do $base$
begin
  if to_regclass('public.content_posts') is not null then
    return;
  end if;

  -- Supabase's roles. A plain PostgreSQL has none of them.
  if to_regrole('anon') is null then
    create role anon nologin noinherit;
  end if;
  if to_regrole('authenticated') is null then
    create role authenticated nologin noinherit;
  end if;
  if to_regrole('service_role') is null then
    create role service_role nologin noinherit bypassrls;
  end if;

  grant usage on schema public to anon, authenticated, service_role;

  -- The caller's user id, as Supabase Auth defines it.
  if to_regprocedure('auth.uid()') is null then
    create schema if not exists auth;
    create function auth.uid() returns uuid language sql stable as
      'select nullif(current_setting(''request.jwt.claims'', true)::jsonb ->> ''sub'', '''')::uuid';
    grant usage on schema auth to anon, authenticated, service_role;
  end if;

  create type public.media_type as enum ('image', 'video', 'audio', 'document', 'live_stream');
  create type public.content_status as enum ('draft', 'published', 'private', 'scheduled', 'archived', 'deleted');
  create type public.moderation_status as enum ('pending', 'approved', 'rejected', 'flagged', 'reviewing');
  create type public.platform_post_status as enum ('queued', 'processing', 'posted', 'failed', 'cancelled');
  create type public.platform_cluster as enum (
    'fanzlab', 'boyfanz', 'girlfanz', 'daddyfanz', 'pupfanz', 'taboofanz', 'transfanz', 'cougarfanz', 'fanzcock'
  );

  create table public.creators (
    id uuid primary key default gen_random_uuid(),
    user_id uuid,
    creator_name varchar(100) not null,
    created_at timestamptz default now(),
    updated_at timestamptz default now()
  );

  create table public.content_posts (
    id uuid primary key default gen_random_uuid(),
    creator_id uuid not null references public.creators (id) on delete cascade,
    cluster public.platform_cluster not null,
    title varchar(255),
    description text,
    content_type public.media_type not null,
    content_url varchar(500),
    thumbnail_url varchar(500),
    price numeric(10, 2) default 0,
    is_ppv boolean default false,
    is_subscriber_only boolean default false,
    status public.content_status default 'draft',
    moderation_status public.moderation_status default 'pending',
    view_count integer default 0,
    like_count integer default 0,
    comment_count integer default 0,
    share_count integer default 0,
    duration integer,
    file_size bigint,
    tags text[],
    adult_content boolean default true,
    scheduled_at timestamptz,
    published_at timestamptz,
    created_at timestamptz default now(),
    updated_at timestamptz default now(),
    deleted_at timestamptz
  );

  create table public.multiplatform_post_queue (
    id uuid primary key default gen_random_uuid(),
    original_post_id uuid not null references public.content_posts (id) on delete cascade,
    creator_id uuid not null references public.creators (id) on delete cascade,
    target_platform text not null,
    status public.platform_post_status not null default 'queued',
    modified_caption text,
    modified_title varchar(255),
    modified_hashtags text[],
    add_platform_watermark boolean not null default false,
    scheduled_for timestamptz,
    target_post_id uuid,
    error_message text,
    retry_count integer not null default 0,
    max_retries integer not null default 3,
    queued_at timestamptz not null default now(),
    processing_started_at timestamptz,
    completed_at timestamptz,
    failed_at timestamptz,
    created_at timestamptz default now(),
    updated_at timestamptz default now()
  );

  create table public.multiplatform_post_history (
    id uuid primary key default gen_random_uuid(),
    original_post_id uuid references public.content_posts (id) on delete cascade,
    creator_id uuid references public.creators (id) on delete cascade,
    target_platform text not null,
    target_post_id uuid,
    time_to_post_seconds integer,
    engagement_on_original_platform jsonb,
    engagement_on_target_platform jsonb,
    posted_at timestamptz not null default now()
  );

  create table public.creator_multiplatform_settings (
    id uuid primary key default gen_random_uuid(),
    creator_id uuid unique references public.creators (id) on delete cascade,
    default_platforms text[],
    auto_post_enabled boolean,
    auto_post_delay_seconds integer,
    platform_settings jsonb,
    notify_on_post_success boolean,
    notify_on_post_failure boolean
  );

  grant select, insert, update, delete on
    public.creators,
    public.content_posts,
    public.multiplatform_post_queue,
    public.multiplatform_post_history,
    public.creator_multiplatform_settings
  to service_role;

  -- Queues one item per default platform after an insert, cross-posts included: a later file closes that loop.
  create function public.on_post_created_multiplatform() returns trigger
  language plpgsql security definer set search_path = '' as
  $function$
  begin
    insert into public.multiplatform_post_queue (original_post_id, creator_id, target_platform, scheduled_for)
    select
      new.id,
      new.creator_id,
      platform,
      now() + make_interval(secs => nullif(s.auto_post_delay_seconds, 0))
    from public.creator_multiplatform_settings s
    cross join unnest(s.default_platforms) as platform
    where s.creator_id = new.creator_id
      and s.auto_post_enabled
      and platform <> new.cluster::text;
    return null;
  end
  $function$;

  create trigger trigger_post_created_multiplatform
    after insert on public.content_posts
    for each row execute function public.on_post_created_multiplatform();
end
$base$;
