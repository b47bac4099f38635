/** Holds, locks, events, rule versions, certificates, approvals, and what the store still has to be told. */
export const sql = `
alter table recording
  add column lock_count integer not null default 0 check (lock_count >= 0),
  add column objects_changed_at timestamptz,
  add column link_by date,
  add column is_free boolean not null generated always as (hold_count = 0 and lock_count = 0 and not restricted) stored;
comment on column recording.lock_count is 'open privacy requests that need this recording';
comment on column recording.link_by is 'last day for which a recording of no known member may wait for one; null: not limited';
comment on column recording.is_free is 'nothing forbids its destruction: no hold, no open request, no restriction';
comment on column recording.objects_changed_at is 'the store has not confirmed tags and holds since; null: it has';

drop index recording_due;
drop index recording_quarantined;
create index recording_due on recording (entity, due_at, id)
  where status in ('processing', 'available', 'unplayable', 'unlinked') and is_free;
create index recording_quarantined on recording (entity, quarantined_at, id) where status = 'quarantined' and is_free;
create index recording_store_behind on recording (objects_changed_at, id) where objects_changed_at is not null;
create index recording_by_policy on recording ((links ->> 'policy')) where links ? 'policy';
create index recording_by_claim on recording ((links ->> 'claim')) where links ? 'claim';
create index recording_by_complaint on recording ((links ->> 'complaint')) where links ? 'complaint';

create function recording_guard() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    if not old.is_free then
      raise exception 'a held, restricted or requested recording cannot be deleted' using errcode = '23001';
    end if;
    return old;
  end if;
  if old.status = 'destroyed' and new.status <> 'destroyed' then
    raise exception 'a destroyed recording does not come back' using errcode = '23001';
  end if;
  if old.status <> new.status and new.status in ('destroying', 'destroyed')
    and (old.hold_count > 0 or old.lock_count > 0 or old.restricted or new.hold_count > 0 or new.lock_count > 0) then
    raise exception 'a held, restricted or requested recording cannot be destroyed' using errcode = '23001';
  end if;
  if old.status in ('destroying', 'destroyed')
    and (new.hold_count > old.hold_count or new.lock_count > old.lock_count or (new.restricted and not old.restricted)) then
    raise exception 'this recording is being destroyed' using errcode = '23001';
  end if;
  return new;
end $$;
create trigger recording_guard before update or delete on recording for each row execute function recording_guard();

alter table purpose_tag
  add column disposition text not null default 'delete' check (disposition in ('delete', 'anonymise', 'archive')),
  add column review boolean not null default false,
  add column open_until date,
  add column dated_on date,
  add column compatible_use text;
comment on column purpose_tag.open_until is 'a trigger that has not come by this day is for a person to look at';
comment on column purpose_tag.dated_on is 'day on which an event last set the dates; null: they are those of its beginning';
comment on column purpose_tag.compatible_use is 'why a purpose added later is compatible with the first ones (Art. 6(4) GDPR)';
create index purpose_tag_open on purpose_tag (open_until, recording_id) where state = 'pending_trigger';
create index purpose_tag_by_rule on purpose_tag (rule_id, rule_version);

create table awaited_event (
  recording_id uuid not null,
  purpose text not null,
  type text not null,
  ref text,
  occurred_on date,
  primary key (recording_id, purpose, type),
  foreign key (recording_id, purpose) references purpose_tag (recording_id, purpose) on delete cascade
);
comment on table awaited_event is 'events a purpose counts from, the latest one deciding; ref null: the recording names nothing it could come for';
create index awaited_event_by_ref on awaited_event (type, ref) where ref is not null;
insert into awaited_event (recording_id, purpose, type, ref, occurred_on)
  select tag.recording_id, tag.purpose, tag.trigger,
    case tag.trigger when 'claim.closed' then recording.links ->> 'claim'
      when 'case.closed' then recording.links ->> 'complaint' else recording.links ->> 'policy' end,
    tag.trigger_date
  from purpose_tag tag join recording on recording.id = tag.recording_id
  where tag.trigger <> 'call.ended';

create table business_event (
  id text not null,
  sender text not null,
  type text not null,
  ref text not null,
  entities text[] not null,
  occurred_at timestamptz not null,
  received_at timestamptz not null,
  seq bigint generated always as identity,
  corrects text,
  matched integer not null default 0,
  primary key (sender, id)
);
comment on table business_event is 'what other systems reported: a policy ended, a claim was closed or reopened';
comment on column business_event.matched is 'how many recordings it was about when it was reported';
create index business_event_by_ref on business_event (ref, type);
create index business_event_by_correction on business_event (sender, corrects) where corrects is not null;

create table rule_book (
  version integer primary key,
  document text not null,
  sha256 text not null,
  state text not null check (state in ('draft', 'approved', 'rejected')),
  drafted_by text not null,
  drafted_at timestamptz not null,
  approved_by text,
  approved_at timestamptz,
  effective_from date not null,
  lengthening_ground text,
  applied_at timestamptz,
  check (approved_by is null or approved_by <> drafted_by)
);
comment on column rule_book.lengthening_ground is 'why a longer period also holds for recordings that exist already; null: it does not';

create table hold (
  id uuid primary key,
  type text not null check (type in ('complaint', 'claim', 'litigation', 'regulator')),
  matter_ref text not null,
  entity text not null,
  scope jsonb not null,
  future_matching boolean not null,
  reason text not null,
  placed_by text not null,
  placed_at timestamptz not null,
  review_by date not null,
  released_by text,
  released_at timestamptz,
  release_reason text,
  settled_at timestamptz,
  check (released_by is null or released_by <> placed_by)
);
comment on column hold.settled_at is 'when every recording of its scope had followed its placing, or its release; null: not yet';
create index hold_open on hold (entity, review_by, id) where released_at is null;
create index hold_unsettled on hold (id) where settled_at is null;

create table hold_recording (
  hold_id uuid not null references hold (id),
  recording_id uuid not null references recording (id),
  placed_at timestamptz not null,
  confirmed_at timestamptz,
  ended_at timestamptz,
  primary key (hold_id, recording_id)
);
comment on column hold_recording.ended_at is 'when the release had reached the recording; hold_count counts the rows without it';
comment on column hold_recording.confirmed_at is 'when the store had confirmed the hold on every version; null: it has not';
create index hold_recording_by_recording on hold_recording (recording_id);

create table request_lock (
  recording_id uuid not null references recording (id),
  request_ref text not null,
  placed_by text not null,
  placed_at timestamptz not null,
  review_by date not null,
  primary key (recording_id, request_ref)
);
create index request_lock_review on request_lock (review_by);

create table restriction (
  recording_id uuid primary key references recording (id),
  ground text not null,
  placed_by text not null,
  placed_at timestamptz not null,
  lift_notice_at timestamptz
);

alter table rendition add column version_id text, add column cipher_sha256 bytea;

create table signing_key (
  kid text primary key,
  public_jwk jsonb not null,
  first_used_at timestamptz not null
);

create table certificate (
  no bigint primary key,
  recording_id uuid not null unique,
  jws text not null,
  issued_at timestamptz not null
);
create table certificate_head (
  only_row boolean primary key default true check (only_row),
  no bigint not null,
  sha256 text not null
);
insert into certificate_head (no, sha256) values (0, repeat('0', 64));
comment on table certificate_head is 'the last number given out and the hash of that certificate; locked while the next ones are made';

create table anonymous_count (
  month date not null,
  entity text not null,
  product text not null,
  purposes text not null,
  duration text not null,
  calls bigint not null,
  members bigint not null,
  primary key (month, entity, product, purposes, duration)
);

create table destruction_approval (
  id uuid primary key,
  entity text not null,
  asked_at timestamptz not null,
  due_before timestamptz not null,
  due_count integer not null,
  used_count integer not null default 0,
  first_approver text,
  first_approved_at timestamptz,
  second_approver text,
  second_approved_at timestamptz,
  check (first_approver <> second_approver)
);
create index destruction_approval_by_entity on destruction_approval (entity, asked_at);
comment on column destruction_approval.used_count is 'how many of those it covers have left use';

create table destruction_review (
  recording_id uuid not null references recording (id),
  decided_by text not null,
  decided_at timestamptz not null,
  primary key (recording_id, decided_by)
);

alter table sweep_run
  alter column finished_at drop not null,
  add column progress jsonb not null default '{}',
  add column failure text,
  add column worker integer;
create index sweep_run_started on sweep_run (started_at, id);

create table fact (
  name text primary key,
  value text not null
);
comment on table fact is 'what the service must remember about itself: the last sweep, the last replayed destruction';

create table orphan_sighting (
  object_key text not null,
  version_id text not null,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  primary key (object_key, version_id)
);
`
