/** Samples for coaching, what coaches write about them, and what members chose. */
export const sql = `
create table training_sample (
  id uuid primary key,
  entity text not null,
  drawn_by text not null,
  drawn_at timestamptz not null,
  seed text not null,
  criteria jsonb not null,
  pool_size integer not null check (pool_size >= 0),
  pool_sha256 text not null,
  excluded jsonb not null,
  ends_on date not null
);
comment on table training_sample is 'calls drawn by lot for coaching; the same seed over the same pool draws the same calls';
comment on column training_sample.excluded is 'how many calls were left out of the pool, by reason';
comment on column training_sample.ends_on is 'last day on which its coaches may listen';
create index training_sample_by_entity on training_sample (entity, drawn_at desc, id desc);
create index training_sample_by_time on training_sample (drawn_at);

create table training_coach (
  sample_id uuid not null references training_sample (id) on delete cascade,
  coach_sub text not null,
  primary key (sample_id, coach_sub)
);
create index training_coach_by_sub on training_coach (coach_sub, sample_id);

create table training_item (
  sample_id uuid not null references training_sample (id) on delete cascade,
  n integer not null check (n > 0),
  recording_id uuid references recording (id),
  agent_ref text not null,
  stratum text not null,
  ends_on date not null,
  reviewed_at timestamptz,
  released_at timestamptz,
  released_by text,
  withdrawn_at timestamptz,
  withdrawn_reason text,
  primary key (sample_id, n),
  unique (sample_id, recording_id),
  check (recording_id is not null or withdrawn_at is not null),
  check ((withdrawn_at is null) = (withdrawn_reason is null))
);
comment on column training_item.recording_id is 'null once the recording is destroyed';
comment on column training_item.ends_on is 'last day for listening: that of the sample, or of the purpose where that ends earlier';
create index training_item_by_recording on training_item (recording_id) where recording_id is not null;
create index training_item_by_agent on training_item (agent_ref, sample_id);
create index training_item_in_use on training_item (ends_on, sample_id, n) where withdrawn_at is null;

create table training_note (
  id uuid primary key,
  sample_id uuid not null,
  n integer not null,
  author text not null,
  at_ms bigint not null check (at_ms >= 0),
  body text not null,
  created_at timestamptz not null,
  foreign key (sample_id, n) references training_item (sample_id, n) on delete cascade
);
create index training_note_by_item on training_note (sample_id, n, at_ms);

create table training_score (
  sample_id uuid not null,
  n integer not null,
  author text not null,
  form_version text not null,
  answers jsonb not null,
  updated_at timestamptz not null,
  primary key (sample_id, n, author),
  foreign key (sample_id, n) references training_item (sample_id, n) on delete cascade
);
comment on column training_score.form_version is 'id@version of the form that was filled in';

alter table playback add column sample_id uuid references training_sample (id) on delete cascade;
create index playback_by_sample on playback (sample_id) where sample_id is not null;
comment on column playback.sample_id is 'the sample for which a coach listens';

create table member_preference (
  member_ref text not null,
  kind text not null check (kind in ('training', 'statistics')),
  allowed boolean not null,
  changed_at timestamptz not null,
  primary key (member_ref, kind)
);
comment on table member_preference is 'what a member chose for all their calls; no row: nothing was chosen';
`
