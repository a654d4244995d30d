-- The part of the FANZ schema that the queue touches, as production has it. Every statement is harmless where the
-- object exists: production keeps its own tables, policies and trigger; an empty database gets them from here.

-- Supabase's roles. A plain PostgreSQL has none of them.
do $$
begin
  if to_regrole('anon') is null then
    create role anon nologin noinherit;
  end if;
  if to_regrole('authenticated') is null then
    create role authenticated nologin noinherit;
  end if;
  if to_regrole('service_role') is null then
    create role service_role nologin noinherit bypassrls;
  end if;
end
$$;

grant usage on schema public to anon, authenticated, service_role;

-- The caller's user id, as Supabase Auth defines it.
do $$
begin
  if to_regprocedure('auth.uid()') is null then
    create schema if not exists auth;
    create function auth.uid() returns uuid language sql stable as
      'select nullif(current_setting(''request.jwt.claims'', true)::jsonb ->> ''sub'', '''')::uuid';
    grant usage on schema auth to anon, authenticated, service_role;
  end if;
end
$$;

do $$
begin
  if to_regtype('public.media_type') is null then
    create type public.media_type as enum ('image', 'video', 'audio', 'document', 'live_stream');
  end if;
  if to_regtype('public.content_status') is null then
    create type public.content_status as enum ('draft', 'published', 'private', 'scheduled', 'archived', 'deleted');
  end if;
  if to_regtype('public.moderation_status') is null then
    create type public.moderation_status as enum ('pending', 'approved', 'rejected', 'flagged', 'reviewing');
  end if;
  if to_regtype('public.platform_post_status') is null then
    create type public.platform_post_status as enum ('queued', 'processing', 'posted', 'failed', 'cancelled');
  end if;
  if to_regtype('public.platform_cluster') is null then
    create type public.platform_cluster as enum (
      'fanzlab', 'boyfanz', 'girlfanz', 'daddyfanz', 'pupfanz', 'taboofanz', 'transfanz', 'cougarfanz', 'fanzcock'
    );
  end if;
end
$$;

create table if not exists public.creators (
  id uuid primary key default gen_random_uuid(),
  user_id uuid,
  creator_name varchar(100) not null,
  created_at timestamptz default now(),
  updated_at timestamptz default now()
);

create table if not exists public.content_posts (
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

create table if not exists public.multiplatform_post_queue (
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

create table if not exists public.multiplatform_post_history (
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

create table if not exists public.creator_multiplatform_settings (
  id uuid primary key default gen_random_uuid(),
  creator_id uuid unique references public.creators (id) on delete cascade,
  default_platforms text[],
  auto_post_enabled boolean,
  auto_post_delay_seconds integer,
  platform_settings jsonb,
  notify_on_post_success boolean,
  notify_on_post_failure boolean
);

-- A cascading delete looks these up; without an index it reads the whole table.
do $$
declare
  reference record;
begin
  for reference in
    select *
    from (values
      ('content_posts', 'creator_id'),
      ('multiplatform_post_queue', 'original_post_id'),
      ('multiplatform_post_queue', 'creator_id'),
      ('multiplatform_post_history', 'original_post_id'),
      ('multiplatform_post_history', 'creator_id')
    ) as wanted (table_name, column_name)
    -- Production may have one under another name: any index that begins with the column serves.
    where not exists (
      select
      from pg_index i
      join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
      where i.indrelid = format('public.%I', wanted.table_name)::regclass
        and i.indpred is null
        and a.attname = wanted.column_name
    )
  loop
    execute format(
      'create index if not exists %I on public.%I (%I)',
      reference.table_name || '_' || reference.column_name || '_idx', reference.table_name, reference.column_name
    );
  end loop;
end
$$;

grant select, insert, update, delete on
  public.creators,
  public.content_posts,
  public.multiplatform_post_queue,
  public.multiplatform_post_history,
  public.creator_multiplatform_settings
to service_role;

-- Queues one item per default platform after an insert. Production has a function of its own behind the trigger;
-- 20261123000100 keeps whichever is there and closes the loop over cross-posts.
do $$
begin
  if not exists (
    select
    from pg_trigger
    where tgrelid = 'public.content_posts'::regclass and tgname = 'on_post_created_multiplatform'
  ) then
    create function public.queue_default_platforms() returns trigger
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

    create trigger on_post_created_multiplatform
      after insert on public.content_posts
      for each row execute function public.queue_default_platforms();
  end if;
end
$$;
