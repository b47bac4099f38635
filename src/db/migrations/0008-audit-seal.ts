/** Numbers, a Merkle tree and checkpoints for the audit log; its payloads can be erased and its oldest part dropped. */
export const sql = `
alter table audit_event add column xid xid8;
alter table audit_event alter column xid set default pg_current_xact_id();
comment on column audit_event.xid is 'transaction that wrote the event: what is older than every running one is complete; null: older than sealing';
create index audit_event_by_xid on audit_event (xid, occurred_at, id);

create table audit_seal (
  seq bigint primary key check (seq >= 0),
  event_id uuid not null unique,
  occurred_at timestamptz not null,
  type text not null,
  actor_sub text,
  salt bytea,
  commitment bytea not null,
  leaf bytea not null
);
comment on table audit_seal is 'the place of an event in the log, without gaps, and its leaf of the tree (RFC 6962)';
comment on column audit_seal.salt is 'null once the payload was erased: the commitment then says nothing any more';
create index audit_seal_by_time on audit_seal (occurred_at, seq);
create index audit_seal_by_actor on audit_seal (actor_sub, occurred_at, seq);
create index audit_seal_by_type on audit_seal (type, occurred_at, seq);

create table audit_node (
  level smallint not null check (level > 0 and level % 8 = 0),
  idx bigint not null,
  hash bytea not null,
  primary key (level, idx)
);
comment on table audit_node is 'every eighth level of the tree; the levels between follow from it';

create table audit_checkpoint (
  size bigint primary key,
  note text not null,
  signed_at timestamptz not null,
  published boolean not null default false
);
comment on column audit_checkpoint.published is 'also in the object store; others are replaced by the next one';

create table audit_segment (
  from_seq bigint primary key,
  to_seq bigint not null unique check (to_seq > from_seq),
  subtrees bytea[] not null,
  note text not null,
  dropped_at timestamptz not null
);
comment on table audit_segment is 'what stands for events whose time was over: the hashes of their part of the tree, signed';

create table audit_seal_state (
  one boolean primary key default true check (one),
  size bigint not null,
  frontier bytea[] not null,
  sealed_before xid8 not null,
  legacy_done boolean not null
);
insert into audit_seal_state (size, frontier, sealed_before, legacy_done)
  values (0, '{}', '0', not exists (select from audit_event));

-- Everything but the two lawful changes is refused, whoever asks: also the owner of the tables.
create or replace function audit_event_is_append_only() returns trigger language plpgsql as $$
begin
  if current_setting('listenback.audit_change', true) = 'erase' and tg_op = 'UPDATE' then
    if to_jsonb(new) - array['actor_sub', 'case_ref', 'detail', 'salt']
        = to_jsonb(old) - array['actor_sub', 'case_ref', 'detail', 'salt']
      and to_jsonb(new) ->> 'actor_sub' is null and to_jsonb(new) ->> 'case_ref' is null
      and to_jsonb(new) ->> 'salt' is null and coalesce(to_jsonb(new) ->> 'detail', '{}') = '{}'
    then return new; end if;
  end if;
  if current_setting('listenback.audit_change', true) = 'drop' and tg_op = 'DELETE' then
    -- Five years is the least there may be (NEN 7513), by the clock of the database.
    if old.occurred_at < now() - interval '5 years' then return old; end if;
  end if;
  raise exception 'audit events can only be appended' using errcode = '42501';
end $$;
create trigger audit_seal_append_only before update or delete on audit_seal
  for each row execute function audit_event_is_append_only();
create trigger audit_seal_no_truncate before truncate on audit_seal
  for each statement execute function audit_event_is_append_only();

-- What the service may do with less than the rights of an owner.
create function audit_erase(events uuid[]) returns integer language plpgsql security definer
  set search_path = public, pg_temp as $$
declare erased integer;
begin
  perform set_config('listenback.audit_change', 'erase', true);
  update audit_event set actor_sub = null, case_ref = null, detail = '{}'
    where id in (select event_id from audit_seal where event_id = any(events));
  update audit_seal set actor_sub = null, salt = null where event_id = any(events) and salt is not null;
  get diagnostics erased = row_count;
  perform set_config('listenback.audit_change', '', true);
  return erased;
end $$;
create function audit_drop(before bigint) returns bigint language plpgsql security definer
  set search_path = public, pg_temp as $$
declare dropped bigint;
begin
  if not exists (select from audit_segment where to_seq = before) then
    raise exception 'a segment is dropped only after its digest was signed' using errcode = '42501';
  end if;
  perform set_config('listenback.audit_change', 'drop', true);
  delete from audit_event where id in (select event_id from audit_seal where seq < before);
  delete from audit_seal where seq < before;
  get diagnostics dropped = row_count;
  perform set_config('listenback.audit_change', '', true);
  return dropped;
end $$;
`
