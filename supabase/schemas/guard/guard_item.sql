-- Guards what of a queue item is the worker's, from whomever row-level security applies to: a trigger on the queue. A new
-- item is queued, now. Its creator may change its words and its schedule while it is queued, cancel it, and queue a failed one
-- again; a write that changes nothing of the worker's passes. Every other change is refused with a sentence that names the
-- column.
--
-- It looks when the row is written, because a trigger that comes before makes each claim 3 % dearer, and mends as its owner what it
-- sets itself: a creator may have no right to.
--
-- To turn it off: see post_queue_guard.
create or replace function public.post_queue_guard_item()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  refused text;
  is_cancelled boolean;
  is_queued_again boolean;
begin
  if tg_op = 'INSERT' then
    refused := case
      when new.status <> 'queued' then 'status'
      when new.claim_id is not null then 'claim_id'
      when new.processing_started_at is not null then 'processing_started_at'
      when new.completed_at is not null then 'completed_at'
      when new.failed_at is not null then 'failed_at'
      when new.target_post_id is not null then 'target_post_id'
      when new.error_message is not null then 'error_message'
      when new.retry_count <> 0 then 'retry_count'
      when new.rescue_count <> 0 then 'rescue_count'
    end;
    if refused is not null then
      raise exception 'a new queue item is queued: % is the worker''s to set', refused
        using errcode = 'insufficient_privilege', column = refused, table = 'multiplatform_post_queue', schema = 'public';
    end if;
    if new.queued_at is distinct from now() then
      update public.multiplatform_post_queue q set queued_at = now() where q.id = new.id;
    end if;
    return null;
  end if;

  is_cancelled := new.status = 'cancelled' and old.status in ('queued', 'processing', 'failed');
  is_queued_again := new.status = 'queued' and old.status in ('failed', 'cancelled');
  refused := case
    when new.status is distinct from old.status and not (is_cancelled or is_queued_again) then 'status'
    when new.claim_id is distinct from old.claim_id then 'claim_id'
    when new.processing_started_at is distinct from old.processing_started_at then 'processing_started_at'
    when new.queued_at is distinct from old.queued_at then 'queued_at'
    when new.completed_at is distinct from old.completed_at then 'completed_at'
    when new.failed_at is distinct from old.failed_at then 'failed_at'
    when new.target_post_id is distinct from old.target_post_id then 'target_post_id'
    when new.error_message is distinct from old.error_message then 'error_message'
    when new.retry_count is distinct from old.retry_count then 'retry_count'
    when new.rescue_count is distinct from old.rescue_count then 'rescue_count'
    when new.id is distinct from old.id then 'id'
    when new.original_post_id is distinct from old.original_post_id then 'original_post_id'
    when new.creator_id is distinct from old.creator_id then 'creator_id'
    when new.target_platform is distinct from old.target_platform then 'target_platform'
    when old.status <> 'queued' then case
      when new.modified_title is distinct from old.modified_title then 'modified_title'
      when new.modified_caption is distinct from old.modified_caption then 'modified_caption'
      when new.modified_hashtags is distinct from old.modified_hashtags then 'modified_hashtags'
      when new.add_platform_watermark is distinct from old.add_platform_watermark then 'add_platform_watermark'
      when new.scheduled_for is distinct from old.scheduled_for then 'scheduled_for'
      when new.max_retries is distinct from old.max_retries then 'max_retries'
    end
  end;
  if refused is not null then
    raise exception 'a creator may not change % of a queue item that is %', refused, old.status
      using errcode = 'insufficient_privilege', column = refused, table = 'multiplatform_post_queue', schema = 'public';
  end if;

  if is_cancelled then
    -- Without its claim_id an item in hand is lost to its worker.
    update public.multiplatform_post_queue q set processing_started_at = null, claim_id = null where q.id = new.id;
  elsif is_queued_again then
    -- As a retry does it: due now, or when it was scheduled for, behind all that wait.
    update public.multiplatform_post_queue q
    set
      error_message = null, failed_at = null, retry_count = 0, rescue_count = 0, processing_started_at = null,
      claim_id = null, scheduled_for = greatest(q.scheduled_for, now()), updated_at = now()
    where q.id = new.id;
  end if;
  return null;
end
$$;

revoke execute on function public.post_queue_guard_item() from public, anon, authenticated, service_role;
