/** What leaves the house: suppliers, disclosures, what was delivered, and what recipients were told afterwards. */
export const sql = `
create table supplier (
  id uuid primary key,
  legal_name text not null,
  country text not null,
  type text not null check (type in ('processor', 'partner', 'staffing')),
  agreement_ref text not null,
  valid_from date not null,
  valid_until date not null,
  purposes text[] not null,
  products text[] not null,
  sub_prefix text unique,
  contact_mail text,
  entities text[] not null,
  changed_by text not null,
  changed_at timestamptz not null,
  check (valid_until >= valid_from)
);
comment on table supplier is 'who works for the organisation, under which agreement and until when';
comment on column supplier.valid_until is 'last day of the agreement, inclusive; access ends with it';
comment on column supplier.products is 'of a partner: the products that it may be given recordings of';
comment on column supplier.sub_prefix is 'its people log in under names that begin with this';

create table disclosure (
  id uuid primary key,
  entity text not null,
  state text not null check (state in ('requested', 'approved', 'sent', 'revoked')),
  recipient_type text not null check (recipient_type in
    ('processor', 'partner', 'authority', 'other_institution', 'member_controller')),
  recipient_name text not null,
  recipient_country text not null,
  contact_mail text,
  supplier_id uuid references supplier (id),
  privacy_request_id uuid,
  push_url text,
  push_confirmed_at timestamptz,
  eu_list text not null,
  purpose text not null,
  legal_basis text not null,
  statute text,
  letter_ref text,
  agreement_ref text,
  reason text not null,
  channel text not null check (channel in ('portal', 'secure_mail', 'in_person')),
  return_by date,
  requested_by text not null,
  requested_at timestamptz not null,
  approve_until timestamptz not null,
  first_approver text,
  first_approved_at timestamptz,
  second_approver text,
  second_approved_at timestamptz,
  revoked_by text,
  revoked_at timestamptz,
  revoke_reason text,
  returned_how text check (returned_how in ('returned', 'deleted')),
  returned_on date,
  return_confirmed_by text,
  delay_until date,
  delay_reason text,
  delay_by text,
  delay_announced_at timestamptz,
  delay_told_at timestamptz,
  secret_hash bytea,
  secret_until timestamptz,
  wrong_secrets integer not null default 0,
  sent_at timestamptz,
  check (first_approver is null or first_approver <> requested_by),
  check (second_approver is null or (second_approver <> requested_by and second_approver <> first_approver)),
  check (state <> 'approved' or second_approver is not null),
  check ((delay_until is null) = (delay_reason is null))
);
comment on table disclosure is 'the register of what was given to others, and what was only asked for';
comment on column disclosure.eu_list is 'version of the list of member states by which the country was judged';
comment on column disclosure.delay_until is 'last day on which the member does not see it yet (Art. 41 UAVG)';
comment on column disclosure.secret_hash is 'what opens the delivery; said once to whoever hands it over';
create index disclosure_by_entity on disclosure (entity, requested_at desc, id desc);
create index disclosure_delayed on disclosure (delay_until) where delay_until is not null and delay_told_at is null;
create index disclosure_of_supplier on disclosure (supplier_id) where supplier_id is not null;

create table disclosure_recording (
  disclosure_id uuid not null references disclosure (id),
  recording_id uuid not null references recording (id),
  n integer not null check (n > 0),
  ranges jsonb,
  opened_at timestamptz,
  opens integer not null default 0,
  sent_at timestamptz,
  sha256 bytea,
  bytes bigint,
  primary key (disclosure_id, recording_id),
  unique (disclosure_id, n)
);
comment on column disclosure_recording.ranges is 'the parts that are given, in seconds; null: all of it';
comment on column disclosure_recording.sha256 is 'of the bytes that the recipient has';
create index disclosure_of_recording on disclosure_recording (recording_id);

create table recipient_notice (
  id uuid primary key,
  disclosure_id uuid not null references disclosure (id),
  recording_id uuid not null references recording (id),
  what text not null check (what in ('rectified', 'erased', 'restricted')),
  happened_at timestamptz not null,
  attempts integer not null default 0,
  next_at timestamptz not null,
  told_at timestamptz,
  alarmed_at timestamptz,
  reply text,
  replied_at timestamptz,
  reply_by text,
  unique (disclosure_id, recording_id, what, happened_at),
  check ((reply is null) = (replied_at is null))
);
comment on table recipient_notice is 'what recipients have to be told (Art. 19 GDPR), and what they answered';
create index recipient_notice_due on recipient_notice (next_at) where replied_at is null;
create index recipient_notice_of_recording on recipient_notice (recording_id);
`
