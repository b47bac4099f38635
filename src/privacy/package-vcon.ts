import { isInForce } from '../access/policy.ts'
import { startOfDayAfter } from '../kernel/calendar.ts'
import { SECOND } from '../kernel/units.ts'
import type { PurposeTag } from '../recordings/model.ts'
import type { PackagedCall } from './package-call.ts'
import { contentHashOf, VCON_VERSION, type Vcon } from './vcon.ts'

/** Positions in the list of parties: a vCon refers to people by number. */
const MEMBER = 0
const AGENT = 1
const ORGANISATION = 2

export interface VconIdentity {
  readonly uuid: string
  readonly createdAt: Date
}

/**
 * A call as a vCon (core -03). Its audio is the file beside it in the package, named by `filename` and bound by
 * `content_hash`; an address would die with the recording, and audio inside would make the package almost twice as
 * large. Pure.
 */
export function vconOf(call: PackagedCall, { uuid, createdAt }: VconIdentity): Vcon {
  const start = call.startedAt.toISOString()
  const created = createdAt.toISOString()
  return {
    vcon: VCON_VERSION,
    uuid,
    created_at: created,
    updated_at: created,
    extensions: ['CC', 'lawful_basis'],
    ...(call.cuts.length > 0 ? { redacted: { uuid: call.id, type: 'third-party privacy' } } : {}),
    parties: [
      { name: 'anonymous', uuid: call.pseudonyms.member, type: 'person', role: 'customer' },
      {
        name: 'anonymous',
        ...(call.pseudonyms.agent === null ? {} : { uuid: call.pseudonyms.agent }),
        type: 'person',
        role: 'agent',
        org: call.entity,
      },
      { type: 'organization', org: call.entity },
    ],
    dialog: [dialogOf(call, start)],
    attachments: [
      ...call.tags.map((tag) => lawfulBasis(call, tag, createdAt)),
      ...(silencedOf(call).length === 0
        ? []
        : [
            {
              ...{ purpose: 'silenced', start, party: ORGANISATION, dialog: 0, encoding: 'json' as const },
              body: silencedOf(call),
            },
          ]),
    ],
  }
}

function dialogOf(call: PackagedCall, start: string): NonNullable<Vcon['dialog']>[number] {
  const parties = partiesOf(call)
  const originator = call.direction === 'outbound' ? AGENT : MEMBER
  const first = [parties].flat(2)[0]
  return {
    type: 'recording',
    start,
    ...(call.durationSeconds === null ? {} : { duration: call.durationSeconds }),
    parties,
    ...(call.direction === null || first === originator ? {} : { originator }),
    mediatype: MEDIA_TYPES[call.audio.mediaType] ?? call.audio.mediaType,
    filename: call.audio.name,
    content_hash: contentHashOf(call.audio.sha512),
    interaction_id: call.id,
    ...(call.product === null ? {} : { skill: call.product }),
    ...(holdsOf(call).length === 0 ? {} : { party_history: holdsOf(call) }),
  }
}

/** Names that the draft suggests; others stay as they are. */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  'audio/wav': 'audio/x-wav',
  'audio/mpeg': 'audio/x-mp3',
  'audio/mp4': 'audio/x-mp4',
}

/** A list per channel also for two: `[0, 1]` alone would say that both are mixed on one. */
function partiesOf({ audioChannels, parties }: PackagedCall): (number | number[])[] {
  const count = audioChannels ?? parties?.length ?? 1
  if (count === 1) return [MEMBER, AGENT]
  return Array.from({ length: count }, (_, i) => speakersOn(parties?.[i]))
}

const SPEAKERS: Readonly<Record<string, number>> = {
  member: MEMBER,
  customer: MEMBER,
  caller: MEMBER,
  client: MEMBER,
  agent: AGENT,
  employee: AGENT,
}

/** Both, where the sender did not say who it is in words we know. */
const speakersOn = (label: string | undefined): number[] => {
  const speaker = label === undefined ? undefined : SPEAKERS[label.toLowerCase()]
  return speaker === undefined ? [MEMBER, AGENT] : [speaker]
}

const at = (call: PackagedCall, seconds: number): string =>
  new Date(call.startedAt.getTime() + seconds * SECOND).toISOString()

/** While the member waits, the core has words for it; for parts silenced because of payment data it has none. */
const holdsOf = (call: PackagedCall) =>
  call.silence
    .filter(({ reason }) => reason === 'hold')
    .flatMap(({ fromSeconds, toSeconds }) => [
      { party: MEMBER, time: at(call, fromSeconds), event: 'hold' as const },
      { party: MEMBER, time: at(call, toSeconds), event: 'unhold' as const },
    ])

const silencedOf = ({ silence, cuts }: PackagedCall) => [
  ...silence.map(({ fromSeconds, toSeconds, reason }) => ({ fromSeconds, toSeconds, reason })),
  ...cuts.map(({ fromSeconds, toSeconds, channel, reason }) => ({
    ...{ fromSeconds, toSeconds, reason },
    ...(channel === undefined ? {} : { channel }),
  })),
]

/**
 * One purpose with its ground and its end. The extension says `type` where the core says `purpose`, so both are
 * there. Its end is the first instant at which the purpose no longer counts.
 */
function lawfulBasis(call: PackagedCall, tag: PurposeTag, now: Date) {
  const start = call.startedAt.toISOString()
  const granted = isInForce(tag, now)
  return {
    ...{ type: 'lawful_basis', purpose: 'lawful_basis', start, party: ORGANISATION, dialog: 0 },
    encoding: 'json' as const,
    body: {
      lawful_basis: tag.legalBasis,
      expiration: tag.retainUntil === null ? null : startOfDayAfter(tag.retainUntil).toISOString(),
      purpose_grants: [{ purpose: tag.purpose, granted, granted_at: granted ? start : now.toISOString() }],
    },
  }
}
