/** What is made of a recording's audio, what was found in it, and whether it is still what was stored. */
export const sql = `
alter table rendition drop constraint rendition_name_check;
alter table rendition add constraint rendition_name_check check (name in ('original', 'playback', 'mix',
  'channel1', 'channel2', 'masked', 'copy', 'waveform'));
alter table rendition add column checked_at timestamptz;
comment on column rendition.checked_at is 'when the stored bytes last proved to be what was stored; null: not since then';
create index rendition_to_check on rendition (checked_at nulls first, recording_id, name);

create table audio_facts (
  recording_id uuid primary key references recording (id) on delete cascade,
  codec text not null,
  channels smallint not null check (channels > 0),
  sample_rate integer not null check (sample_rate > 0),
  duration_ms bigint not null check (duration_ms >= 0),
  warning text,
  decoded_at timestamptz not null
);
comment on column audio_facts.warning is 'code of what is wrong with audio that can be played all the same';

create table audio_work (
  recording_id uuid not null references recording (id) on delete cascade,
  kind text not null check (kind in ('redact', 'playback', 'channels', 'masked', 'copy', 'tidy')),
  state text not null default 'waiting' check (state in ('waiting', 'parked')),
  attempts integer not null default 0,
  run_at timestamptz not null,
  worker integer,
  reason text,
  primary key (recording_id, kind)
);
comment on table audio_work is 'what is still to be made; work that is done leaves no row';
comment on column audio_work.worker is 'instance that is at it; free for others once that instance is gone';
create index audio_work_waiting on audio_work (kind, run_at, recording_id) where state = 'waiting';

create table audio_span (
  recording_id uuid not null references recording (id) on delete cascade,
  kind text not null check (kind in ('beep', 'cut')),
  from_ms bigint not null check (from_ms >= 0),
  to_ms bigint not null,
  channel smallint,
  reason text not null,
  check (to_ms > from_ms)
);
comment on table audio_span is 'beep: not to be heard in the masked rendition; cut: not to be heard in the copy for the member';
create index audio_span_by_recording on audio_span (recording_id, kind, from_ms);

create table integrity_finding (
  recording_id uuid not null references recording (id) on delete cascade,
  rendition text not null,
  kind text not null check (kind in ('missing', 'changed')),
  found_at timestamptz not null,
  seen_at timestamptz not null,
  primary key (recording_id, rendition)
);
comment on table integrity_finding is 'stored bytes that are gone or not what was stored; the row goes when they are right again';

create table replaced_version (
  recording_id uuid not null references recording (id) on delete cascade,
  name text not null,
  version_id text not null default '',
  cipher_sha256 bytea,
  asked_by text not null,
  asked_at timestamptz not null,
  primary key (recording_id, name, version_id)
);
comment on table replaced_version is 'stored versions that something was found in: to be replaced by silence and destroyed; the row goes when that is certified';

alter table certificate drop constraint certificate_recording_id_key;
alter table certificate add column subject text not null default 'recording' check (subject in ('recording', 'version'));
create unique index certificate_of_recording on certificate (recording_id) where subject = 'recording';
create index certificate_of_version on certificate (recording_id) where subject = 'version';
comment on column certificate.subject is 'recording: all of it is gone; version: one stored version of its audio was replaced and destroyed';

create table training_review (
  recording_id uuid primary key,
  purpose text not null default 'training_coaching' check (purpose = 'training_coaching'),
  look_at timestamptz not null,
  foreign key (recording_id, purpose) references purpose_tag (recording_id, purpose) on delete cascade
);
comment on table training_review is 'recordings of which somebody has to look whether their masked rendition may exist; kept by triggers, so that no way of changing a purpose goes past it';
create index training_review_due on training_review (look_at);
create function review_training(wanted uuid[]) returns void language plpgsql as $$
begin
  insert into training_review (recording_id, look_at)
  select tag.recording_id, 'epoch' from purpose_tag tag join recording on recording.id = tag.recording_id
  where tag.recording_id = any(wanted) and tag.purpose = 'training_coaching'
    and recording.status not in ('receiving', 'destroying', 'destroyed')
  order by tag.recording_id
  on conflict (recording_id) do update set look_at = excluded.look_at;
end $$;
create function training_tag_changed() returns trigger language plpgsql as $$
declare
  wanted uuid[];
begin
  if tg_op = 'INSERT' then
    select array_agg(recording_id) into wanted from after_it where purpose = 'training_coaching';
  else
    select array_agg(distinct recording_id) into wanted from (
      select recording_id, state, retain_until
      from (select * from before_it union all select * from after_it) versions
      where purpose = 'training_coaching' group by 1, 2, 3 having count(*) = 1) changed;
  end if;
  if wanted is not null then
    perform review_training(wanted);
  end if;
  return null;
end $$;
create trigger training_tag_added after insert on purpose_tag
  referencing new table as after_it for each statement execute function training_tag_changed();
create trigger training_tag_changed after update on purpose_tag
  referencing old table as before_it new table as after_it for each statement execute function training_tag_changed();
create function training_use_changed() returns trigger language plpgsql as $$
begin
  perform review_training(array[new.id]);
  return null;
end $$;
create trigger training_use_changed after update of sensitivity, hold_count, lock_count, restricted on recording
  for each row when (old.sensitivity <> new.sensitivity or (new.is_free and not old.is_free))
  execute function training_use_changed();
create function masked_stored() returns trigger language plpgsql as $$
begin
  perform review_training(array[new.recording_id]);
  return null;
end $$;
create trigger masked_stored after insert or update on rendition
  for each row when (new.name = 'masked') execute function masked_stored();
`
