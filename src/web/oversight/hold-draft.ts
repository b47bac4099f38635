export const SCOPES = ['memberRef', 'policy', 'claim', 'complaint', 'query', 'recordings'] as const

export type ScopeKind = (typeof SCOPES)[number]

/** A hold as it is being filled in. */
export interface HoldDraft {
  readonly type: string
  readonly matterRef: string
  readonly scope: ScopeKind
  readonly ref: string
  readonly entity: string
  readonly from: string
  readonly to: string
  readonly product: string
  readonly team: string
  readonly futureMatching: boolean
  readonly reviewBy: string
  readonly reason: string
}

export const newHold = (recordingId?: string): HoldDraft => ({
  ...{ type: 'complaint', matterRef: '', scope: recordingId ? 'recordings' : 'memberRef' },
  ...{ ref: recordingId ?? '', entity: 'hmbs', from: '', to: '', product: '', team: '' },
  ...{ futureMatching: false, reviewBy: '', reason: '' },
})

/** The hold as the API takes it: named recordings tell their company themselves and have no future ones. */
export function holdBody(draft: HoldDraft): Record<string, unknown> {
  const { type, matterRef, scope, entity, futureMatching, reviewBy, reason } = draft
  return {
    ...{ type, matterRef: matterRef.trim(), reason: reason.trim(), scope: scopeOf(draft) },
    ...(reviewBy === '' ? {} : { reviewBy }),
    ...(scope === 'recordings' ? {} : { entity, futureMatching }),
  }
}

function scopeOf({ scope, ref, from, to, product, team }: HoldDraft): Record<string, unknown> {
  if (scope === 'recordings') return { recordings: [ref.trim()] }
  if (scope !== 'query') return { [scope]: ref.trim() }
  const conditions = { from, to, product, team: team.trim() }
  return { query: Object.fromEntries(Object.entries(conditions).filter(([, value]) => value !== '')) }
}
