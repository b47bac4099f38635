import type { Adapter, AdapterPayload } from 'oidc-provider'

interface Entry {
  readonly payload: AdapterPayload
  readonly expiresAt: number
}

const MAX_ENTRIES = 2000

/**
 * Codes, grants and unfinished logins of the demo, in memory: they live for minutes, and after a restart
 * people simply begin their login again. Bounded, oldest out first.
 */
export function demoAdapter(): (name: string) => Adapter {
  const entries = new Map<string, Entry>()

  const read = (key: string): AdapterPayload | undefined => {
    const entry = entries.get(key)
    if (entry && entry.expiresAt > Date.now()) return entry.payload
    entries.delete(key)
    return undefined
  }

  const keep = (key: string, entry: Entry): void => {
    entries.delete(key)
    entries.set(key, entry)
    const oldest = entries.size > MAX_ENTRIES ? entries.keys().next().value : undefined
    if (oldest !== undefined) entries.delete(oldest)
  }

  const findBy = (name: string, field: 'uid' | 'userCode', value: string): AdapterPayload | undefined => {
    for (const [key, { payload }] of entries) {
      if (key.startsWith(`${name}:`) && payload[field] === value) return read(key)
    }
    return undefined
  }

  return (name) => ({
    async upsert(id, payload, expiresIn) {
      keep(`${name}:${id}`, { payload, expiresAt: Date.now() + (expiresIn ?? 600) * 1000 })
    },
    async find(id) {
      return read(`${name}:${id}`)
    },
    async findByUid(uid) {
      return findBy(name, 'uid', uid)
    },
    async findByUserCode(userCode) {
      return findBy(name, 'userCode', userCode)
    },
    async consume(id) {
      const entry = entries.get(`${name}:${id}`)
      if (entry) entry.payload.consumed = Math.floor(Date.now() / 1000)
    },
    async destroy(id) {
      entries.delete(`${name}:${id}`)
    },
    async revokeByGrantId(grantId) {
      for (const [key, { payload }] of entries) if (payload.grantId === grantId) entries.delete(key)
    },
  })
}
