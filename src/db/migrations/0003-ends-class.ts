/** Recordings that are alike in everything their end follows from, kept by the database itself. */
export const sql = `
alter table recording add column ends_class uuid;
create table ends_class (
  id uuid not null,
  facts jsonb not null
);
create index ends_class_by_id on ends_class (id);
create index recording_by_class on recording (entity, ends_class, hold_count, lock_count, restricted)
  where status in ('processing', 'available', 'unplayable', 'unlinked');
create index recording_in_class on recording (ends_class, id)
  where status in ('processing', 'available', 'unplayable', 'unlinked');
comment on column recording.ends_class is 'those alike in everything their end follows from; kept by triggers while it is in use; null: no purpose keeps it';
comment on table ends_class is 'what the end of recordings follows from, once for all that are alike; id is the hash of the facts.
Not unique: uploads would wait for each other, or deadlock; the same facts twice are harmless. Never removed: a recording may be about to use it';

create function ends_class_id(facts jsonb) returns uuid language sql stable strict as $$
  select substr(encode(sha256(convert_to(facts::text, 'UTF8')), 'hex'), 1, 32)::uuid
$$;
create function ends_facts(wanted uuid[]) returns table (recording_id uuid, facts jsonb) language sql stable as $$
  select recording.id, case when count(tag.purpose) > 0 then jsonb_build_object(
    'linkBy', recording.link_by, 'sensitivity', recording.sensitivity, 'tags', jsonb_agg(jsonb_build_object(
      'purpose', tag.purpose, 'state', tag.state, 'product', tag.product, 'ruleId', tag.rule_id,
      'ruleVersion', tag.rule_version, 'triggerDate', tag.trigger_date, 'retainUntil', tag.retain_until)
      order by tag.purpose)) end
  from recording left join purpose_tag tag
    on tag.recording_id = recording.id and tag.state not in ('withdrawn', 'objected')
  where recording.id = any(wanted) and recording.status not in ('quarantined', 'destroying', 'destroyed')
  group by recording.id
$$;
create function keep_ends_class(wanted uuid[]) returns void language plpgsql as $$
begin
  -- Alone and first, so that what follows sees what others committed while this waited for them.
  perform from recording
  where id = any(wanted) and status not in ('quarantined', 'destroying', 'destroyed')
  order by id for no key update;
  if not found then
    return;
  end if;
  with found as materialized (
    select recording_id, facts, ends_class_id(facts) as class from ends_facts(wanted)
  ), added as (
    insert into ends_class (id, facts)
    select distinct on (class) class, facts from found
    where class is not null and not exists (select from ends_class known where known.id = found.class)
  )
  update recording set ends_class = found.class
  from found where recording.id = found.recording_id and recording.ends_class is distinct from found.class;
end $$;

create function purpose_tag_changed() returns trigger language plpgsql as $$
declare
  wanted uuid[];
begin
  if tg_op = 'INSERT' then
    select array_agg(distinct recording_id) into wanted from after_it;
  elsif tg_op = 'DELETE' then
    select array_agg(distinct recording_id) into wanted from before_it;
  else
    select array_agg(distinct recording_id) into wanted from (
      select recording_id, purpose, state, product, rule_id, rule_version, trigger_date, retain_until
      from (select * from before_it union all select * from after_it) versions
      group by 1, 2, 3, 4, 5, 6, 7, 8 having count(*) = 1) changed;
  end if;
  if wanted is not null then
    perform keep_ends_class(wanted);
  end if;
  return null;
end $$;
create trigger purpose_tag_added after insert on purpose_tag
  referencing new table as after_it for each statement execute function purpose_tag_changed();
create trigger purpose_tag_removed after delete on purpose_tag
  referencing old table as before_it for each statement execute function purpose_tag_changed();
create trigger purpose_tag_changed after update on purpose_tag
  referencing old table as before_it new table as after_it for each statement execute function purpose_tag_changed();

create function recording_changed() returns trigger language plpgsql as $$
begin
  perform keep_ends_class(array[new.id]);
  return null;
end $$;
create trigger recording_changed after update of sensitivity, link_by, status on recording for each row
  when ((old.sensitivity <> new.sensitivity or old.link_by is distinct from new.link_by or old.status = 'quarantined')
    and new.status not in ('quarantined', 'destroying', 'destroyed'))
  execute function recording_changed();
select keep_ends_class(array_agg(id)) from recording;
`
