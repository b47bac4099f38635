/** What accounts for itself: volumes of what is sensitive, lines of an investigation that are withheld, names asked for. */
export const sql = `
create index recording_sensitive on recording (entity, sensitivity)
  where sensitivity <> '{}' and status not in ('receiving', 'destroyed');

create table withheld_access (
  id uuid primary key,
  entity text not null,
  case_ref text not null,
  necessity text not null,
  proportionality text not null,
  withheld_until date not null,
  review_by date not null,
  asked_by text not null,
  asked_at timestamptz not null,
  approve_until timestamptz not null,
  approved_by text,
  approved_at timestamptz,
  reviewed_by text,
  reviewed_at timestamptz,
  review_note text,
  lifted_at timestamptz,
  check (approved_by <> asked_by),
  check ((approved_by is null) = (approved_at is null)),
  check (review_by <= withheld_until)
);
comment on table withheld_access is 'investigations whose listening the member does not see yet (Art. 41 UAVG)';
comment on column withheld_access.withheld_until is 'last day; after it the lines appear with their own times, whatever else happens';
comment on column withheld_access.review_by is 'last day on which an officer looks at it again in time';
create index withheld_access_by_case on withheld_access (entity, case_ref)
  where approved_at is not null and lifted_at is null;
create index withheld_access_due on withheld_access (review_by)
  where approved_at is not null and lifted_at is null;
create index withheld_access_by_entity on withheld_access (entity, asked_at desc, id desc);

create table name_request (
  id uuid primary key,
  recording_id uuid not null references recording (id),
  access_id uuid not null unique,
  entity text not null,
  member_ref text not null,
  listener_sub text not null,
  reason text not null,
  asked_at timestamptz not null,
  state text not null check (state in ('open', 'proposed', 'refused', 'revealed')),
  balance text,
  name text,
  decided_by text,
  decided_at timestamptz,
  approved_by text,
  approved_at timestamptz,
  check (decided_by <> listener_sub and approved_by <> listener_sub),
  check (approved_by <> decided_by),
  check ((state = 'open') = (decided_by is null)),
  check ((state = 'revealed') = (approved_by is not null)),
  check (state not in ('proposed', 'revealed') or name is not null)
);
comment on table name_request is 'members who ask who listened by name; the default is no';
comment on column name_request.access_id is 'the first audit event of the line that it is about';
create index name_request_by_recording on name_request (recording_id);
create index name_request_by_entity on name_request (entity, asked_at desc, id desc);
`
