-- What each claim took: one row a batch. A claim that is called again finds its items here, and takes no more, also when they
-- are settled already. An index of claim_id on the queue would say the same and cost each item two entries.
--
-- post_queue.forget_claims deletes what is over.
create table if not exists post_queue.claims (
  claim_id uuid primary key,
  claimed_at timestamptz not null default now(),
  item_ids uuid[] not null,
  -- The oldest item that it took by age, or an earlier claim where it took none so: the next one may begin there. See
  -- post_queue_claim.
  first_due_at timestamptz,
  first_id uuid,
  -- When the queue was last looked at from its front, by this claim or an earlier one, null: the next one is to, and how long
  -- that took.
  front_looked_at timestamptz,
  front_took interval
);

create index if not exists claims_claimed_at_idx on post_queue.claims (claimed_at);

alter table post_queue.claims enable row level security;
revoke all on post_queue.claims from anon, authenticated;
grant select, insert, update, delete on post_queue.claims to service_role;
