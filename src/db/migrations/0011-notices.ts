/** Messages to members and staff, the mail that points to them, and events for other systems. */
export const sql = `
create table notice (
  id uuid primary key,
  key text not null unique,
  member_ref text,
  role text,
  entity text,
  kind text not null,
  about_type text not null,
  about_id text,
  facts jsonb not null,
  created_at timestamptz not null,
  read_at timestamptz,
  check ((member_ref is null) = (role is not null)),
  check ((role is null) = (entity is null))
);
comment on table notice is 'the inbox: to one member, or to everybody of a role in an entity';
comment on column notice.key is 'what the notice was caused by: the same cause tells once';
comment on column notice.facts is 'days, counts and codes for the text; never names and nothing that was said';
comment on column notice.about_id is 'null once it would tie the member to a recording that is destroyed';
comment on column notice.read_at is 'when the member read it, or the first of the role';
create index notice_of_member on notice (member_ref, created_at desc, id desc) where member_ref is not null;
create index notice_of_role on notice (role, entity, created_at desc, id desc) where role is not null;
create index notice_of_member_unread on notice (member_ref) where member_ref is not null and read_at is null;
create index notice_of_role_unread on notice (role, entity) where role is not null and read_at is null;
create index notice_by_subject on notice (about_id) where about_id is not null;
create index notice_by_time on notice (created_at);

create table notice_mail (
  notice_id uuid primary key references notice (id) on delete cascade,
  state text not null check (state in ('waiting', 'dead')),
  attempts integer not null default 0,
  next_at timestamptz not null,
  failure text
);
comment on table notice_mail is 'mail that is still to be sent, or could not be; sent mail leaves no row';
comment on column notice_mail.failure is 'code of the last failure, never an address';
create index notice_mail_waiting on notice_mail (next_at) where state = 'waiting';
create index notice_mail_dead on notice_mail (next_at, notice_id) where state = 'dead';

create table mail_address (
  member_ref text primary key,
  address text,
  wanted_at timestamptz not null
);
comment on table mail_address is 'members who want mail; the address is what the identity provider last vouched for';

create table webhook_endpoint (
  id uuid primary key,
  url text not null,
  types text[] not null,
  entities text[] not null,
  kek_id text not null,
  secret bytea not null,
  created_by text not null,
  created_at timestamptz not null,
  disabled_at timestamptz,
  disabled_reason text,
  failing_since timestamptz,
  removed_at timestamptz
);
comment on column webhook_endpoint.entities is 'whose events it hears, and whose officers hear that it fails';
comment on column webhook_endpoint.secret is 'signing secret, wrapped with a key-encryption key';

create table webhook_event (
  id uuid primary key,
  key text not null unique,
  type text not null,
  subject text not null,
  data jsonb not null,
  occurred_at timestamptz not null
);
comment on table webhook_event is 'what happened, for other systems; ids and codes only';
create index webhook_event_by_time on webhook_event (occurred_at);

create table webhook_delivery (
  seq bigint generated always as identity primary key,
  endpoint_id uuid not null references webhook_endpoint (id) on delete cascade,
  event_id uuid not null references webhook_event (id) on delete cascade,
  subject text not null,
  state text not null check (state in ('waiting', 'delivered', 'dead')),
  attempts integer not null default 0,
  next_at timestamptz not null,
  status integer,
  failure text,
  ended_at timestamptz,
  unique (endpoint_id, event_id)
);
comment on column webhook_delivery.seq is 'deliveries of one subject to one endpoint keep this order';
create index webhook_delivery_waiting on webhook_delivery (next_at, seq) where state = 'waiting';
create index webhook_delivery_in_order on webhook_delivery (endpoint_id, subject, seq) where state = 'waiting';
create index webhook_delivery_of_endpoint on webhook_delivery (endpoint_id, state, seq);
create index webhook_delivery_of_event on webhook_delivery (event_id);
`
