/** Figures of the overview: indexes for what is few among many, and a tally of what came and went. */
export const sql = `
create index recording_held on recording (entity, started_at desc, id desc) where hold_count > 0;
create index recording_restricted on recording (entity, started_at desc, id desc) where restricted;
create index recording_set_aside on recording (entity, status, started_at desc, id desc)
  where status in ('unplayable', 'unlinked', 'quarantined');
create index audio_work_parked on audio_work (recording_id) where state = 'parked';

create table stock_movement (
  entity text not null,
  day date not null,
  received integer not null default 0,
  destroyed integer not null default 0
);
comment on table stock_movement is 'one row for every recording that came or went and is not yet added to stock_day; nobody ever waits for a row of it';
create table stock_day (
  entity text not null,
  day date not null,
  received integer not null,
  destroyed integer not null,
  primary key (entity, day)
);
comment on table stock_day is 'how many recordings came and went on a day in Amsterdam; what is stored is the difference of the sums';

insert into stock_day (entity, day, received, destroyed)
select entity, day, sum(received), sum(destroyed) from (
  select entity, (received_at at time zone 'Europe/Amsterdam')::date as day, 1 as received, 0 as destroyed
  from recording where status <> 'receiving'
  union all
  select entity, (destroyed_at at time zone 'Europe/Amsterdam')::date, 0, 1
  from recording where status = 'destroyed' and destroyed_at is not null
) moved group by entity, day;

create function recording_came() returns trigger language plpgsql as $$
begin
  insert into stock_movement (entity, day, received)
  values (new.entity, (new.received_at at time zone 'Europe/Amsterdam')::date, 1);
  return null;
end $$;
create trigger recording_came after insert on recording for each row
  when (new.status <> 'receiving') execute function recording_came();
create trigger recording_complete after update of status on recording for each row
  when (old.status = 'receiving' and new.status <> 'receiving') execute function recording_came();

create function recording_went() returns trigger language plpgsql as $$
begin
  insert into stock_movement (entity, day, destroyed)
  values (new.entity, (new.destroyed_at at time zone 'Europe/Amsterdam')::date, 1);
  return null;
end $$;
create trigger recording_went after update of status on recording for each row
  when (old.status <> 'destroyed' and new.status = 'destroyed' and new.destroyed_at is not null)
  execute function recording_went();
`
