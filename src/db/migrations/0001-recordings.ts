/** Recordings, their purposes, renditions, keys and playbacks; the audit log; web sessions. */
export const sql = `
create table recording (
  id uuid primary key,
  entity text not null,
  call_id text,
  status text not null check (status in ('receiving', 'processing', 'available', 'unplayable',
    'unlinked', 'quarantined', 'destroying', 'destroyed')),
  status_reason text,
  member_ref text,
  agent_ref text,
  team text,
  product text,
  direction text,
  language text,
  notice_version text,
  sensitivity text[] not null default '{}',
  channels jsonb,
  silence jsonb not null default '[]',
  links jsonb not null default '{}',
  started_at timestamptz,
  ended_at timestamptz,
  received_at timestamptz not null,
  fingerprint bytea,
  keep_until date,
  due_at timestamptz,
  quarantined_at timestamptz,
  hold_count integer not null default 0 check (hold_count >= 0),
  restricted boolean not null default false,
  worker integer,
  retry_at timestamptz,
  fence bigint not null default 0,
  destroyed_at timestamptz,
  constraint recording_call_unique unique (entity, call_id)
);
comment on column recording.worker is 'instance that receives or destroys this recording; free for recovery once that instance is gone';
comment on column recording.retry_at is 'a destruction that the store refused is not tried again before';
comment on column recording.due_at is 'first instant after the last tag ends; null while a trigger is awaited';
create index recording_by_member on recording (member_ref, started_at desc, id desc)
  where status in ('processing', 'available', 'unplayable', 'quarantined');
create index recording_by_entity on recording (entity, started_at desc, id desc);
create index recording_by_agent on recording (agent_ref, started_at desc, id desc);
create index recording_due on recording (due_at, id)
  where status in ('processing', 'available', 'unplayable', 'unlinked') and hold_count = 0 and not restricted;
create index recording_quarantined on recording (quarantined_at, id)
  where status = 'quarantined' and hold_count = 0 and not restricted;
create index recording_unfinished on recording (worker, id) where status in ('receiving', 'destroying');
create sequence recording_fence;

create table purpose_tag (
  recording_id uuid not null references recording (id),
  purpose text not null,
  legal_basis text not null,
  product text not null,
  rule_id text not null,
  rule_version integer not null,
  trigger text not null,
  trigger_date date,
  min_until date,
  retain_until date,
  state text not null check (state in ('pending_trigger', 'active', 'suspended', 'expired',
    'withdrawn', 'objected')),
  primary key (recording_id, purpose)
);

create table rendition (
  recording_id uuid not null references recording (id),
  name text not null check (name in ('original', 'playback', 'masked')),
  object_key text not null unique,
  media_type text not null,
  plain_bytes bigint not null check (plain_bytes > 0),
  cipher_bytes bigint not null,
  sha256 bytea not null,
  age_header bytea not null,
  primary key (recording_id, name)
);
comment on column rendition.age_header is 'header and payload nonce of the age file: what a range read needs without asking the store';

create table recording_key (
  recording_id uuid primary key references recording (id),
  kek_id text not null,
  wrapped bytea not null
);

create table ingest_request (
  caller text not null,
  idempotency_key text not null,
  recording_id uuid not null references recording (id) on delete cascade,
  primary key (caller, idempotency_key)
);
create index ingest_request_by_recording on ingest_request (recording_id);

create table playback (
  id uuid primary key,
  recording_id uuid not null references recording (id) on delete cascade,
  rendition text not null,
  actor_sub text not null,
  purpose text,
  case_ref text,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index playback_by_recording on playback (recording_id);
create index playback_expiry on playback (expires_at);

create table audit_event (
  id uuid primary key,
  occurred_at timestamptz not null,
  type text not null,
  action text not null check (action in ('C', 'R', 'U', 'D', 'E')),
  outcome text not null check (outcome in ('ok', 'denied', 'error')),
  code text,
  actor_sub text,
  actor_roles text[] not null default '{}',
  recording_id uuid,
  playback_id uuid,
  purpose text,
  case_ref text,
  request_id text,
  detail jsonb not null default '{}'
);
create index audit_event_by_recording on audit_event (recording_id, occurred_at);
create index audit_event_by_time on audit_event (occurred_at);
create function audit_event_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'audit events can only be appended' using errcode = '42501';
end $$;
create trigger audit_event_append_only before update or delete on audit_event
  for each row execute function audit_event_is_append_only();
create trigger audit_event_no_truncate before truncate on audit_event
  for each statement execute function audit_event_is_append_only();

create table sweep_run (
  id uuid primary key,
  requested_by text not null,
  started_at timestamptz not null,
  finished_at timestamptz not null,
  dry_run boolean not null,
  report jsonb not null
);
comment on table sweep_run is 'sweeps that a person asked for; the report has recording ids only';

create table web_session (
  id_hash bytea primary key,
  actor jsonb not null,
  csrf_token text not null,
  created_at timestamptz not null,
  seen_at timestamptz not null,
  expires_at timestamptz not null
);
create index web_session_expiry on web_session (expires_at);

create table login_attempt (
  state_hash bytea primary key,
  code_verifier text not null,
  nonce text not null,
  return_to text not null,
  expires_at timestamptz not null
);
create index login_attempt_expiry on login_attempt (expires_at);
`
