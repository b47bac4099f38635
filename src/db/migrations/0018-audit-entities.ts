/** Whose officers may see an audit event, and which events still name a member whose recording is gone. */
export const sql = `
alter table audit_event add column entities text[];
comment on column audit_event.entities is 'companies it is about, where no recording says so; null: nobody''s in particular';
alter table audit_seal add column entities text[];
comment on column audit_seal.entities is 'whose officers may see it; null also: sealed before this was noted';
create index audit_seal_by_entity on audit_seal using gin (entities);

create table audit_to_erase (
  recording_id uuid primary key references recording (id),
  since timestamptz not null
);
comment on table audit_to_erase is 'destroyed recordings of whose member the log still says that they acted';
create index audit_to_erase_oldest on audit_to_erase (since, recording_id);
insert into audit_to_erase (recording_id, since) 
  select id, coalesce(destroyed_at, received_at) from recording where status = 'destroyed';
`
