-- A queue with a past, for a developer's database, the console's tests and its pictures: a day and a half of posts on six
-- platforms, retries, four causes of failure, some items due, in hand, scheduled and cancelled. On top of it the setting
-- world.items says how many items of a mess there are: on all platforms and on seven that are none, with 25 causes more, names
-- with markup, right-to-left text and 300 characters, and one creator's flood. The random numbers are the same each time.
select setseed(0.42);

insert into creators (id, creator_name)
select ('c0000000-0000-4000-8000-0000000001' || lpad(n::text, 2, '0'))::uuid,
  (array['Luna Vale', 'Studio Nord', 'Max Ember', 'Rosalie K.', 'The Greenhouse', 'Ines & Tom', 'Kai Okafor', 'Noor'])[n]
from generate_series(1, 8) as n;

insert into content_posts (
  id, creator_id, cluster, title, description, content_type, content_url, price, is_ppv, is_subscriber_only, status,
  moderation_status, tags, published_at
)
select
  ('b0000000-0000-4000-8000-0000000002' || lpad(n::text, 2, '0'))::uuid,
  ('c0000000-0000-4000-8000-0000000001' || lpad((1 + n % 8)::text, 2, '0'))::uuid, 'boyfanz',
  (array['Backstage, part two', 'Sunday set', 'Behind the scenes in Lisbon', 'New season teaser', 'Q&A with everyone',
    'Limited Time Offer', 'Rooftop shoot', 'The long cut', 'Rehearsal', 'Golden hour'])[1 + n % 10],
  'Fresh from the studio, in full length. Thank you all for a great year!', case when n % 3 = 0 then 'image' else 'video' end::media_type,
  'https://cdn.example.com/' || n || '.mp4', (n % 4) * 5 - 0.01 * sign(n % 4), n % 4 <> 0, n % 2 = 0, 'published', 'approved',
  array['studio', 'new'], now() - interval '3 days'
from generate_series(1, 40) as n;

-- Posted: in waves of a day, the crest just now; the queue was slow for an hour, nine hours ago.
insert into multiplatform_post_queue (
  original_post_id, creator_id, target_platform, status, queued_at, created_at, processing_started_at, completed_at, updated_at,
  target_post_id, claim_id, add_platform_watermark, modified_title
)
select p.id, p.creator_id, past.platform, 'posted', past.queued_at, past.queued_at, past.posted_at, past.posted_at, past.posted_at,
  gen_random_uuid(), gen_random_uuid(), past.post % 2 = 0, case when past.post % 5 = 0 then 'Exclusive: ' || p.title end
from (
  select
    1 + floor(random() * 40)::int as post,
    (array['girlfanz', 'girlfanz', 'girlfanz', 'pupfanz', 'pupfanz', 'gayfanz', 'gayfanz', 'daddyfanz', 'transfanz', 'cougarfanz'])[1 + floor(random() * 10)::int] as platform,
    posted_at,
    posted_at - make_interval(secs => case when posted_at between now() - interval '9 hours' and now() - interval '8 hours'
      then 90 + random() * 400 else 2 + random() * 9 + 40 * power(random(), 12) end) as queued_at
  from (
    select now() - make_interval(secs => 129600 * random()) as posted_at, random() as luck from generate_series(1, 40000)
  ) as moments
  where luck < 0.5 + 0.4 * cos(extract(epoch from now() - posted_at) / 86400 * 2 * pi())
  order by posted_at
) as past
join content_posts p on p.id = ('b0000000-0000-4000-8000-0000000002' || lpad(past.post::text, 2, '0'))::uuid
order by past.queued_at;

insert into multiplatform_post_history (original_post_id, creator_id, target_platform, target_post_id, time_to_post_seconds, posted_at)
select q.original_post_id, q.creator_id, q.target_platform, q.target_post_id,
  extract(epoch from q.completed_at - q.queued_at)::int, q.completed_at
from multiplatform_post_queue q;

-- The posts of the newest.
insert into content_posts
select (jsonb_populate_record(p, jsonb_build_object(
  'id', q.target_post_id, 'cluster', q.target_platform, 'title', coalesce(q.modified_title, p.title), 'queue_item_id', q.id,
  'is_crosspost', true, 'original_post_id', p.id, 'watermark_enabled', q.add_platform_watermark, 'published_at', q.completed_at,
  'moderation_status', 'pending'))).*
from (select * from multiplatform_post_queue order by completed_at desc limit 50) as q
join content_posts p on p.id = q.original_post_id;

-- Failed, by four causes.
insert into multiplatform_post_queue (
  original_post_id, creator_id, target_platform, status, error_message, queued_at, created_at, failed_at, updated_at, retry_count, claim_id
)
select p.id, p.creator_id, cause.platform, 'failed',
  replace(replace(cause.error, '<n>', (100 + n)::text), '<id>', gen_random_uuid()::text),
  at - interval '15 minutes', at - interval '15 minutes', at, at, cause.retries, gen_random_uuid()
from (values
  (312, 'girlfanz', 3, 7, 'The insert into content_posts ran into the statement timeout after <n> ms (57014).'),
  (41, 'pupfanz', 0, 30, 'The original post <id> is private.'),
  (17, 'cougarfanz', 0, 20, 'The item''s creator <id> is not the original''s.'),
  (3, 'nofanz', 0, 4, '"nofanz" is no platform.')
) as cause (number, platform, retries, hours, error)
cross join lateral generate_series(1, cause.number) as n
cross join lateral (select now() - make_interval(secs => cause.hours * 3600 * (0.02 + random()) + n) as at) as moment
join content_posts p on p.id = ('b0000000-0000-4000-8000-0000000002' || lpad((1 + n % 40)::text, 2, '0'))::uuid;

-- Waiting, for later, in hand, cancelled.
insert into multiplatform_post_queue (
  original_post_id, creator_id, target_platform, status, queued_at, scheduled_for, processing_started_at, claim_id,
  modified_title, add_platform_watermark
)
select p.id, p.creator_id, (array['girlfanz', 'pupfanz', 'gayfanz'])[1 + n % 3],
  case when n <= 24 then 'queued' when n <= 60 then 'queued' when n <= 66 then 'processing' else 'cancelled' end::platform_post_status,
  now() - make_interval(secs => n * 3),
  case when n between 25 and 60 then now() + make_interval(mins => n) end,
  case when n between 61 and 66 then now() - make_interval(secs => n - 58) end,
  case when n between 61 and 66 then gen_random_uuid() end,
  case when n % 5 = 0 then 'Exclusive: ' || p.title end, n % 2 = 0
from generate_series(1, 75) as n
join content_posts p on p.id = ('b0000000-0000-4000-8000-0000000002' || lpad((1 + n % 40)::text, 2, '0'))::uuid;

-- The mess: its creators and posts.
insert into creators (id, creator_name)
select ('c0000000-0000-4000-8000-0000000009' || lpad(n::text, 2, '0'))::uuid,
  (array['Flood & Sons', '<img src=x onerror=alert(1)> <b>Ltd</b>', E'\u202eمرحبا\u2066 بالجميع', repeat('Wilhelmina ', 9)])[n]
from generate_series(1, 4) as n
where current_setting('world.items')::integer > 0;

insert into content_posts (id, creator_id, cluster, title, description, content_type, content_url, status, moderation_status, published_at)
select ('b0000000-0000-4000-8000-0000000009' || lpad(n::text, 2, '0'))::uuid, ('c0000000-0000-4000-8000-0000000009' || lpad(n::text, 2, '0'))::uuid,
  'boyfanz', (array['One of very many', '<script>alert(1)</script> & "quoted"', E'\u202e عرض محدود \u2066 deifirev', repeat('Longest', 36)])[n],
  (array[null, '<i>caption</i>', E'\u202eنص', repeat('caption ', 200)])[n], 'video', 'https://cdn.example.com/mess.mp4', 'published', 'approved',
  now() - interval '3 days'
from generate_series(1, 4) as n
where current_setting('world.items')::integer > 0;

create temporary table mess as
select
  n, ('b0000000-0000-4000-8000-0000000009' || lpad((2 + n % 3)::text, 2, '0'))::uuid as post_id, random() as luck,
  names.known[1 + floor(power(random(), 2) * cardinality(names.known))::integer] as platform,
  case when n % 9 = 0 then names.unknown[1 + n / 9 % cardinality(names.unknown)] end as none
from generate_series(1, current_setting('world.items')::integer) as n
cross join (
  select enum_range(null::platform_cluster)::text[] as known,
    array['', '   ', 'girlfans', 'GirlFanz', '<b>bold</b><img src=x>', E'\u202eمنصة\u2066', repeat('fanz', 75)] as unknown
) as names;

-- Two in five are posted.
with posted as (
  insert into multiplatform_post_queue (
    original_post_id, creator_id, target_platform, status, queued_at, created_at, processing_started_at, completed_at, updated_at,
    target_post_id, claim_id
  )
  select p.id, p.creator_id, mess.platform, 'posted', at.posted - at.took, at.posted - at.took, at.posted, at.posted, at.posted,
    gen_random_uuid(), gen_random_uuid()
  from mess
  join content_posts p on p.id = mess.post_id
  cross join lateral (
    select now() - make_interval(secs => 129600 * mess.luck) as posted, make_interval(secs => 2 + 300 * power(mess.luck, 9)) as took
  ) as at
  where mess.n % 20 < 8
  returning *
)
insert into multiplatform_post_history (original_post_id, creator_id, target_platform, target_post_id, time_to_post_seconds, posted_at)
select original_post_id, creator_id, target_platform, target_post_id, extract(epoch from completed_at - queued_at)::integer, completed_at
from posted;

-- A quarter is one creator's flood, due now, and one in twenty is due of others.
insert into multiplatform_post_queue (original_post_id, creator_id, target_platform, queued_at)
select p.id, p.creator_id, case when mess.n % 20 < 13 then mess.platform else coalesce(mess.none, mess.platform) end,
  now() - make_interval(secs => 1200 * mess.luck)
from mess
join content_posts p on p.id = case when mess.n % 20 < 13 then 'b0000000-0000-4000-8000-000000000901' else mess.post_id end
where mess.n % 20 between 8 and 13;

-- One in five failed: most of them in the last minutes, and for the first of the causes.
insert into multiplatform_post_queue (
  original_post_id, creator_id, target_platform, status, error_message, queued_at, created_at, failed_at, updated_at, retry_count, claim_id
)
select p.id, p.creator_id, coalesce(mess.none, mess.platform), 'failed',
  replace(replace(cause.error, '<n>', (100 + mess.n)::text), '<id>', gen_random_uuid()::text),
  at.failed - interval '15 minutes', at.failed - interval '15 minutes', at.failed, at.failed, cause.retries, gen_random_uuid()
from mess
join content_posts p on p.id = mess.post_id
cross join lateral (select now() - make_interval(secs => 2 + 250000 * power(mess.luck, 5)) as failed) as at
join (
  select place, error, case when place % 3 = 0 then 0 else 3 end as retries
  from unnest(array[
    'The CDN answered 503 after <n> ms.', 'Took <n> ms, which is too long.', 'The original post <id> is archived.',
    'The token ya29.a0AfB_by<n>Qx is refused.', 'Connection reset by peer (0x7f<n>a0).', 'The creator <id> is gone.',
    'Disk quota exceeded on node-<n>.', 'TLS handshake failed with media<n>.example.com.', 'A value is too long for the column "title".',
    'The upload of part <n> did not end.', 'HTTP 429: try again in <n> s.', '<b>Bad</b> <script>alert(<n>)</script> gateway',
    'deadlock detected (40P01), process <n>', 'canceling statement due to lock timeout (55P03)', E'\u202eخطأ رقم <n>\u2066',
    'The thumbnail of <id> is empty.', 'Checksum <n> is not that of the file.', 'The trigger "notify_<n>" refused the row.',
    'no space left on device', 'The queue of the platform is full: <n> items.', 'Name resolution of cdn<n>.example.com failed.',
    'The API answered with a page, not with JSON.', 'The session <id> has ended.', E'Two\nlines, the second of <n> letters.',
    repeat('A very long error goes on and on. ', 40)
  ]) with ordinality as named (error, place)
) as cause on cause.place = 1 + floor(power(mess.luck * 7919 - floor(mess.luck * 7919), 2) * 25)::integer
where mess.n % 20 between 14 and 17;

-- The rest is for later, in hand, stuck or cancelled.
insert into multiplatform_post_queue (
  original_post_id, creator_id, target_platform, status, queued_at, scheduled_for, processing_started_at, claim_id, modified_title
)
select p.id, p.creator_id, mess.platform,
  case when mess.n % 20 = 18 then 'queued' when mess.n < 300 then 'processing' else 'cancelled' end::platform_post_status,
  now() - interval '1 hour', case when mess.n % 20 = 18 then now() + make_interval(mins => 1 + mess.n) end,
  case when mess.n % 20 = 19 and mess.n < 300 then now() - make_interval(secs => mess.n * 2) end,
  case when mess.n % 20 = 19 and mess.n < 300 then gen_random_uuid() end, case when mess.n % 3 = 0 then repeat('W', 255) end
from mess
join content_posts p on p.id = mess.post_id
where mess.n % 20 >= 18;

drop table mess;

-- The tries that went before.
insert into post_queue.tries (item_id, claim_id, target_platform, tried_at, started_at, outcome, error, retry_at)
select q.id, gen_random_uuid(), q.target_platform, q.failed_at - make_interval(mins => m.back), q.failed_at - make_interval(mins => m.back),
  case when m.back = 0 then 'failed' else 'retried' end, q.error_message,
  case when m.back > 0 then q.failed_at - make_interval(mins => m.back) + m.wait end
from multiplatform_post_queue q
cross join lateral (values
  (14, interval '2 minutes', 3), (12, interval '4 minutes', 3), (8, interval '8 minutes', 3), (0, null, 0)
) as m (back, wait, least_retries)
where q.status = 'failed' and q.retry_count >= m.least_retries;

insert into post_queue.tries (item_id, claim_id, target_platform, tried_at, started_at, outcome, error, retry_at)
select q.id, gen_random_uuid(), q.target_platform, q.completed_at - interval '2 minutes', q.completed_at - interval '2 minutes',
  'retried', 'The connection to the database was lost (08006).', q.completed_at
from multiplatform_post_queue q
where q.status = 'posted' and random() < 0.02;

insert into post_queue.actions (
  idempotency_key, verb, actor, reason, filter, item_limit, started_at, updated_at, finished, portions, meant, done, left_alone
)
values
  ('demo-1', 'retry', 'QueueChange key', 'database was restarted', '{"status": "failed", "cause": "The connection to the database was lost (<n>)."}',
    1000000, now() - interval '26 hours', now() - interval '26 hours', true, 2, 1204, 1202, '{"locked": 2}'),
  ('demo-2', 'cancel', 'QueueChange key', 'creator asked', '{"status": "queued", "platform": "pupfanz"}',
    1000000, now() - interval '5 hours', now() - interval '5 hours', true, 1, 9, 9, '{}'),
  ('demo-3', 'prune', 'prune timer', null, '{"status": "posted", "to": "2026-08-01T00:00:00Z"}',
    1000000, now() - interval '1 hour', now() - interval '1 hour', true, 4, 3350, 3350, '{}');

select post_queue_pause('transfanz', 'anna', 'its API answers 503');
select post_queue_limit('gayfanz', 120, 'anna');

do $$
begin
  for step in 1 .. 4 loop
    perform post_queue_roll_up();
  end loop;
end
$$;
analyze;
