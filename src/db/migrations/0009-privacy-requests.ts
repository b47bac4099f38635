/** What members ask for under the GDPR, every answer to it, and how far it has been carried out. */
export const sql = `
create table privacy_request (
  id uuid primary key,
  member_ref text not null,
  entities text[] not null check (cardinality(entities) > 0),
  types text[] not null check (cardinality(types) > 0),
  state text not null check (state in ('received', 'identity_check', 'in_review', 'extended', 'decided', 'fulfilled',
    'closed', 'withdrawn')),
  channel text not null check (channel in ('portal', 'mail', 'post', 'phone', 'in_person')),
  received_at timestamptz not null,
  registered_at timestamptz not null,
  filed_by text not null,
  filed_as text not null check (filed_as in ('member', 'agent', 'privacy_officer')),
  message text,
  proxy_relation text check (proxy_relation in ('proxy', 'guardian', 'parent', 'heir')),
  proxy_mandate text,
  proxy_until date,
  target_date date not null,
  due_date date not null,
  extended_due_date date not null,
  deadline date not null,
  taken_up_by text,
  taken_up_at timestamptz,
  identity text not null check (identity in ('confirmed', 'unconfirmed', 'asked', 'answered', 'failed')),
  identity_how text check (identity_how in ('login', 'callback', 'portal', 'in_person', 'document_check')),
  identity_doubt text,
  identity_question text,
  identity_answer text,
  identity_asked_at timestamptz,
  identity_answered_at timestamptz,
  extended_at timestamptz,
  extended_by text,
  extension_reason text check (extension_reason in ('ComplexityOfProcess', 'HighVolumeOfProcesses')),
  fee_cents integer check (fee_cents > 0),
  fee_ground text check (fee_ground in ('ProcessExcessive', 'ProcessUnfounded', 'further_copy')),
  fee_note text,
  fee_by text,
  fee_at timestamptz,
  fee_accepted_at timestamptz,
  delivered_at timestamptz,
  download_confirmed_at timestamptz,
  erase_by date,
  transfer_to jsonb,
  transfer_confirmed_at timestamptz,
  decision_ref text,
  ended_at timestamptz,
  closed_at timestamptz,
  check ((proxy_relation is null) = (proxy_mandate is null)),
  check ((extended_at is null) = (extension_reason is null)),
  check ((fee_cents is null) = (fee_ground is null)),
  check (identity_asked_at is null or identity_doubt is not null)
);
comment on table privacy_request is 'one dossier of a member; its items carry the questions and their answers';
comment on column privacy_request.entities is 'companies whose recordings it is about; their officers decide';
comment on column privacy_request.received_at is 'when it came in on whatever channel; the clock of Art. 12(3) GDPR runs from here';
comment on column privacy_request.deadline is 'the last day that now counts: due_date, or extended_due_date, or that of what was reopened';
comment on column privacy_request.ended_at is 'when nothing was left to do';
create index privacy_request_by_member on privacy_request (member_ref, registered_at desc, id desc);
create index privacy_request_by_filer on privacy_request (filed_by, registered_at desc, id desc);
create index privacy_request_queue on privacy_request (deadline, id)
  where state in ('received', 'identity_check', 'in_review', 'extended', 'decided');
create index privacy_request_by_time on privacy_request (registered_at desc, id desc);
create index privacy_request_ended on privacy_request (ended_at) where closed_at is null and ended_at is not null;
create index privacy_request_closed on privacy_request (closed_at) where closed_at is not null;

create table privacy_request_item (
  request_id uuid not null references privacy_request (id) on delete cascade,
  type text not null,
  n integer not null check (n > 0),
  recording_id uuid references recording (id),
  entity text,
  purpose text,
  legal_basis text,
  state text not null check (state in ('open', 'proposed', 'granted', 'partial', 'refused', 'withdrawn')),
  reason_code text,
  answer text,
  refused_until date,
  decided_by text,
  decided_at timestamptz,
  necessity text,
  proportionality text,
  review_on date,
  approved_by text,
  approved_at timestamptz,
  executed_at timestamptz,
  result text,
  gone_at timestamptz,
  restricted_at timestamptz,
  primary key (request_id, type, n),
  check (state in ('open', 'withdrawn') or answer is not null),
  check (state <> 'refused' or (decided_by is not null and reason_code is not null and length(answer) > 0)),
  check (state not in ('proposed', 'refused') or necessity is null
    or (proportionality is not null and review_on is not null)),
  check (state <> 'refused' or necessity is null or (approved_by is not null and approved_by <> decided_by))
);
comment on table privacy_request_item is 'one question of a request: a recording, a purpose of it, or the request as a whole';
comment on column privacy_request_item.gone_at is 'when the recording was destroyed; the link to it went with it';
comment on column privacy_request_item.necessity is 'why Art. 41 UAVG makes the refusal necessary; a second person approves that';
comment on column privacy_request_item.restricted_at is 'the restriction that this question placed, until it has been lifted';
create index privacy_request_item_by_recording on privacy_request_item (recording_id) where recording_id is not null;
create index privacy_request_item_reopens on privacy_request_item (refused_until)
  where state = 'refused' and refused_until is not null;
create index privacy_request_item_undated on privacy_request_item (recording_id, purpose)
  where state = 'refused' and refused_until is null and type = 'erasure';
create index privacy_request_item_proposed on privacy_request_item (decided_at) where state = 'proposed';
create index privacy_request_item_waiting on privacy_request_item (request_id)
  where state in ('granted', 'partial') and executed_at is null;
create index privacy_request_item_review on privacy_request_item (review_on)
  where state = 'refused' and review_on is not null;
create index privacy_request_item_restricted on privacy_request_item (recording_id) where restricted_at is not null;

create table privacy_request_step (
  id bigint generated always as identity primary key,
  request_id uuid not null references privacy_request (id) on delete cascade,
  at timestamptz not null,
  type text not null,
  actor_sub text,
  detail jsonb not null default '{}'
);
comment on table privacy_request_step is 'what happened with a request, in order; a step without an actor was done by the service';
create index privacy_request_step_by_request on privacy_request_step (request_id, id);
`
