/** Who looked at holds again, and what recordings said before they were corrected. */
export const sql = `
create table hold_review (
  hold_id uuid not null references hold (id),
  reviewed_at timestamptz not null,
  reviewed_by text not null,
  review_by date not null,
  reason text not null,
  primary key (hold_id, reviewed_at)
);
comment on table hold_review is 'each time somebody looked at an open hold and let it go on, with the next day of review';

create table corrected_value (
  recording_id uuid not null references recording (id),
  field text not null,
  corrected_at timestamptz not null,
  old_value jsonb not null,
  salt bytea not null
);
comment on table corrected_value is 'what a field said before a person corrected it; goes with the recording. Its audit event has only the hash of salt and value, which tells nothing once this row is gone';
create index corrected_value_by_recording on corrected_value (recording_id, corrected_at);
`
