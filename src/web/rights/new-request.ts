import type { RequestType } from './contract.ts'

export interface Transfer {
  readonly name: string
  readonly address: string
}

/** What a member has filled in so far. */
export interface Asked {
  readonly types: readonly RequestType[]
  readonly calls: 'all' | readonly string[]
  readonly message: string
  readonly decisionRef: string
  /** Null: the member fetches the package. */
  readonly transfer: Transfer | null
  readonly eraseBy: string
}

export const EMPTY: Asked = {
  types: [],
  calls: 'all',
  message: '',
  decisionRef: '',
  transfer: null,
  eraseBy: '',
}

/** What is still missing before it can be sent. */
export function gapOf({ types, calls }: Asked): 'type' | 'calls' | null {
  if (types.length === 0) return 'type'
  return calls !== 'all' && calls.length === 0 ? 'calls' : null
}

/** Whether something is handed over, which then comes before an erasure. */
export const isDelivered = (types: readonly RequestType[]): boolean =>
  types.some((type) => type === 'copy' || type === 'access' || type === 'portability')

/** The body of the API: a field that was left empty, or that belongs to a right not asked for, is not sent. */
export function bodyOf({ types, calls, message, decisionRef, transfer, eraseBy }: Asked) {
  const asks = (type: RequestType) => types.includes(type)
  return {
    types,
    ...(calls === 'all' ? {} : { recordings: calls }),
    ...(message.trim() ? { message: message.trim() } : {}),
    ...(asks('human_review') && decisionRef.trim() ? { decisionRef: decisionRef.trim() } : {}),
    ...(asks('portability') && transfer ? { transferTo: transfer } : {}),
    ...(asks('erasure') && isDelivered(types) && eraseBy ? { eraseBy } : {}),
  }
}
