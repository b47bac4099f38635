/** Emergency access, and what is noticed of staff who listen too much. */
export const sql = `
create table break_glass (
  id uuid primary key,
  recording_id uuid not null references recording (id),
  entity text not null,
  actor_sub text not null,
  actor_roles text[] not null,
  reason text not null,
  opened_at timestamptz not null,
  ends_at timestamptz not null,
  review_by date not null,
  review_due_at timestamptz not null,
  reviewed_at timestamptz,
  reviewed_by text,
  outcome text check (outcome in ('justified', 'unjustified')),
  review_note text,
  check (ends_at <= opened_at + interval '60 minutes'),
  check (reviewed_by <> actor_sub),
  check ((reviewed_at is null) = (outcome is null))
);
comment on table break_glass is 'access to one recording in an emergency; never longer than an hour, always reviewed by somebody else';
comment on column break_glass.review_due_at is 'first instant after the last day of review; from then on the person hears nothing until somebody reviewed it';
create index break_glass_by_recording on break_glass (recording_id, actor_sub, ends_at);
create index break_glass_by_entity on break_glass (entity, opened_at desc, id desc);
create index break_glass_unreviewed on break_glass (actor_sub, review_due_at) where reviewed_at is null;

create table staff_listening (
  actor_sub text not null,
  kind text not null check (kind in ('heard', 'sampled', 'without_case')),
  recording_id uuid not null references recording (id),
  last_at timestamptz not null,
  primary key (actor_sub, kind, recording_id)
);
comment on table staff_listening is 'what staff opened of late, for counting; a row goes after a day';
create index staff_listening_by_time on staff_listening (last_at);
create index staff_listening_by_actor on staff_listening (actor_sub, last_at);

create table staff_anomaly (
  id uuid primary key,
  actor_sub text not null,
  actor_roles text[] not null,
  entities text[] not null,
  kind text not null check (kind in ('many_members', 'many_recordings', 'without_case', 'coach_search')),
  count integer not null,
  threshold integer not null,
  blocks boolean not null,
  found_at timestamptz not null,
  last_at timestamptz not null,
  acknowledged_at timestamptz,
  acknowledged_by text,
  acknowledgement text,
  check (acknowledged_by <> actor_sub)
);
create unique index staff_anomaly_open on staff_anomaly (actor_sub, kind) where acknowledged_at is null;
create index staff_anomaly_by_time on staff_anomaly (found_at desc, id desc);
create index staff_anomaly_by_actor on staff_anomaly (actor_sub, kind, acknowledged_at);
`
