-- The schema that stands in production before any migration of this repository, with what makes it differ from the one
-- that an empty database gets: a trigger function of its own, indexes under other names, policies of its own, and rows.

-- As the extension uuid-ossp gives it; not every server brings that along.
create schema extensions;
grant usage on schema extensions to anon, authenticated, service_role;
create function extensions.uuid_generate_v4() returns uuid language sql volatile as 'select gen_random_uuid()';

create schema auth;
create function auth.uid() returns uuid language sql stable as
  'select nullif(current_setting(''request.jwt.claim.sub'', true), '''')::uuid';
grant usage on schema auth to anon, authenticated, service_role;

create type public.media_type as enum ('image', 'video', 'audio', 'document', 'live_stream');
create type public.content_status as enum ('draft', 'published', 'private', 'scheduled', 'archived', 'deleted');
create type public.moderation_status as enum ('pending', 'approved', 'rejected', 'flagged', 'reviewing');
create type public.platform_post_status as enum ('queued', 'processing', 'posted', 'failed', 'cancelled');
create type public.platform_cluster as enum (
  'fanzlab', 'boyfanz', 'girlfanz', 'daddyfanz', 'pupfanz', 'taboofanz', 'transfanz', 'cougarfanz', 'fanzcock'
);

create table public.creators (
  id uuid primary key default extensions.uuid_generate_v4(),
  user_id uuid,
  creator_name varchar(100) not null,
  biography text,
  created_at timestamptz default now(),
  updated_at timestamptz default now()
);

create table public.content_posts (
  id uuid primary key default extensions.uuid_generate_v4(),
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
  id uuid primary key default extensions.uuid_generate_v4(),
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
  id uuid primary key default extensions.uuid_generate_v4(),
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
  id uuid primary key default extensions.uuid_generate_v4(),
  creator_id uuid unique references public.creators (id) on delete cascade,
  default_platforms text[],
  auto_post_enabled boolean,
  auto_post_delay_seconds integer,
  platform_settings jsonb,
  notify_on_post_success boolean,
  notify_on_post_failure boolean
);

create index idx_posts_of_creator on public.content_posts (creator_id, created_at desc);
create index idx_mpq_original on public.multiplatform_post_queue (original_post_id);
create index idx_mpq_creator on public.multiplatform_post_queue (creator_id);
create index idx_mpq_status on public.multiplatform_post_queue (status);

alter table public.multiplatform_post_queue enable row level security;
create policy "Creators manage their own queue" on public.multiplatform_post_queue
  using (creator_id in (select id from public.creators where user_id = auth.uid()));

-- One item per default platform after every insert, cross-posts included.
create function public.on_post_created_multiplatform() returns trigger
language plpgsql security definer as
$$
begin
  insert into public.multiplatform_post_queue (original_post_id, creator_id, target_platform)
  select new.id, new.creator_id, platform
  from public.creator_multiplatform_settings s, unnest(s.default_platforms) as platform
  where s.creator_id = new.creator_id;
  return new;
end
$$;
create trigger trigger_post_created_multiplatform
  after insert on public.content_posts
  for each row execute function public.on_post_created_multiplatform();

insert into public.creators (id, user_id, creator_name, biography)
values ('c1000000-0000-4000-8000-000000000001', gen_random_uuid(), 'Of old', 'Here before.');
insert into public.creator_multiplatform_settings (creator_id, default_platforms, auto_post_enabled)
values ('c1000000-0000-4000-8000-000000000001', '{girlfanz,pupfanz}', true);
insert into public.content_posts (id, creator_id, cluster, title, content_type, price, status, tags)
values
  ('b1000000-0000-4000-8000-000000000001', 'c1000000-0000-4000-8000-000000000001', 'boyfanz', 'First', 'video', 9.99,
    'published', '{a,b}'),
  ('b1000000-0000-4000-8000-000000000002', 'c1000000-0000-4000-8000-000000000001', 'fanzlab', null, 'image', null,
    'draft', null);
update public.multiplatform_post_queue
set status = 'failed', failed_at = now(), error_message = 'column "is_crosspost" does not exist', retry_count = 3
where original_post_id = 'b1000000-0000-4000-8000-000000000002';
insert into public.multiplatform_post_history (original_post_id, creator_id, target_platform, time_to_post_seconds)
values ('b1000000-0000-4000-8000-000000000001', 'c1000000-0000-4000-8000-000000000001', 'girlfanz', 12);
