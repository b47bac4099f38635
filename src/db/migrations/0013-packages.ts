/** Packages of recordings for members: what is in them, how far they are, and until when they can be fetched. */
export const sql = `
create table package (
  id uuid primary key,
  request_id uuid not null references privacy_request (id) on delete cascade,
  member_ref text not null,
  kind text not null check (kind in ('access', 'portability')),
  state text not null check (state in ('building', 'ready', 'ended')),
  asked_at timestamptz not null,
  run_at timestamptz not null,
  worker integer,
  attempts integer not null default 0,
  recordings_total integer not null,
  recordings_done integer not null default 0,
  bytes bigint not null default 0,
  sha256 bytea,
  generated_at timestamptz,
  expires_at timestamptz,
  delivered_at timestamptz,
  ended_at timestamptz,
  ended_because text check (ended_because in ('expired', 'recording_destroyed', 'changed')),
  kek_id text,
  wrapped bytea,
  check ((state = 'ended') = (ended_because is not null)),
  check ((state = 'ended') = (wrapped is null)),
  check (state <> 'ready' or (generated_at is not null and expires_at is not null and sha256 is not null))
);
comment on table package is 'what a member gets of a request; its audio stays where it is, its documents are sealed with a key of its own';
comment on column package.bytes is 'of the audio as long as it is being built, then of the whole archive';
comment on column package.sha256 is 'of the signed list of files: names the content of the archive';
comment on column package.wrapped is 'the key of its documents; destroyed with its end';
create unique index package_live on package (request_id) where state <> 'ended';
create index package_by_request on package (request_id, asked_at desc);
create index package_building on package (run_at) where state = 'building';
create index package_expiring on package (expires_at) where state = 'ready';

create table package_recording (
  package_id uuid not null references package (id) on delete cascade,
  n integer not null check (n > 0),
  recording_id uuid not null references recording (id),
  state text not null default 'waiting' check (state in ('waiting', 'included', 'left_out')),
  left_out_because text,
  primary key (package_id, n),
  check ((state = 'left_out') = (left_out_because is not null))
);
create unique index package_recording_by_recording on package_recording (recording_id, package_id);
create index package_recording_waiting on package_recording (package_id, n) where state = 'waiting';

create table package_file (
  package_id uuid not null references package (id) on delete cascade,
  position integer not null,
  name text not null,
  media_type text not null,
  bytes bigint not null,
  crc32 bigint not null,
  sha256 bytea not null,
  recording_id uuid references recording (id),
  rendition text,
  sealed bytea,
  primary key (package_id, position),
  unique (package_id, name),
  check ((rendition is null) <> (sealed is null)),
  check (rendition is null or recording_id is not null)
);
comment on column package_file.rendition is 'audio: read from the recording when the package is fetched';
comment on column package_file.sealed is 'a document: an age file that opens with the key of the package';
create index package_file_by_recording on package_file (recording_id) where recording_id is not null;
create index disclosure_to_push on disclosure (requested_at)
  where state = 'approved' and push_url is not null and push_confirmed_at is not null;
`
