/** Recordings of 200 members by turns, and then what each is kept for. */
export const FILL = `
insert into recording (id, entity, call_id, status, member_ref, agent_ref, product, direction, language,
  notice_version, started_at, ended_at, received_at, keep_until, due_at)
select gen_random_uuid(), 'hmbs', 'bench-' || n, 'available', 'M-' || (n % 200), 'A-' || (n % 50), 'disability',
  'inbound', 'nl', '2026-01', now() - n * interval '10 seconds', now() - n * interval '10 seconds' + interval '3 minutes',
  now(), current_date + 100, now() + interval '101 days'
from generate_series(1, $1::int) n`

export const FILL_TAGS = `
insert into purpose_tag (recording_id, purpose, legal_basis, product, rule_id, rule_version, trigger, trigger_date,
  retain_until, state)
select id, 'training_coaching', 'legitimate_interests', 'disability', 'training', 1, 'call.ended', current_date,
  current_date + 100, 'active' from recording where call_id like 'bench-%'`
