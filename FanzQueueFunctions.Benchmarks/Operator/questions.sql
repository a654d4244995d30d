-- How long the operator's questions take: each 40 times, beside a plain count(*). On the rows of fill.sql:
--   psql DATABASE -X -q -f FanzQueueFunctions.Benchmarks/Operator/questions.sql
create temp table question (place integer, name text, sql text);
insert into question values
  (0, 'a plain count(*)', 'select count(*) from multiplatform_post_queue'),
  (1, 'overview', 'select post_queue_overview(300)'),
  (2, 'failures by cause', 'select post_queue_failures()'),
  (3, 'series, 24 hours', 'select post_queue_series(86400, 900)'),
  (4, 'series, 90 days', 'select post_queue_series(7776000, 43200)'),
  (5, 'items, all', 'select post_queue_items(''{}'')'),
  (6, 'items, queued', 'select post_queue_items(''{"status": "queued"}'')'),
  (7, 'items, posted', 'select post_queue_items(''{"status": "posted"}'')'),
  (8, 'items, failed', 'select post_queue_items(''{"status": "failed"}'')'),
  (9, 'items, cancelled', 'select post_queue_items(''{"status": "cancelled"}'')'),
  (10, 'items, platform', 'select post_queue_items(''{"platform": "girlfanz"}'')'),
  (11, 'items, failed of a platform', 'select post_queue_items(''{"status": "failed", "platform": "pupfanz"}'')'),
  (12, 'items, creator', 'select post_queue_items(''{"creator_id": "00000000-0000-4000-8000-000000000007"}'')'),
  (13, 'items, original', 'select post_queue_items(''{"original_post_id": "00000001-0000-4000-8000-000000000007"}'')'),
  (14, 'items, cause', 'select post_queue_items(''{"status": "failed", "cause": "Took <n> ms"}'')'),
  (15, 'items, title', 'select post_queue_items(''{"status": "failed", "title": "number 777"}'')'),
  (16, 'items, a title that none has', 'select post_queue_items(''{"title": "none has this"}'')'),
  (17, 'items, time', 'select post_queue_items(''{"status": "posted", "from": "2026-10-01Z", "to": "2026-10-02Z"}'')'),
  (18, 'one item', 'select post_queue_item((select id from multiplatform_post_queue where status = ''failed'' limit 1))');

create temp table answer (place integer, ms numeric);
do $$
declare
  asked record;
  began timestamptz;
begin
  for asked in select * from question order by place loop
    for run in 1..case when asked.place = 0 then 5 else 40 end loop
      began := clock_timestamp();
      execute asked.sql;
      insert into answer values (asked.place, 1000 * extract(epoch from clock_timestamp() - began));
    end loop;
  end loop;
end
$$;

select
  name as question,
  round(percentile_disc(0.5) within group (order by ms), 1) as p50_ms,
  round(percentile_disc(0.95) within group (order by ms), 1) as p95_ms
from question
join answer using (place)
group by place, name
order by place;
