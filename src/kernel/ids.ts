import { randomUUID } from 'node:crypto'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** A fresh UUIDv4: 122 random bits, so an id says nothing and cannot be guessed. */
export const newId = (): string => randomUUID()

/** Whether text is one of our ids: lower-case, so that every recording has exactly one address. */
export const isId = (text: string): boolean => UUID.test(text)

/** Never issued: a malformed id is looked up under it, so that it costs what an unknown one does. */
const NOBODY = '00000000-0000-4000-8000-000000000000'

export const idToLookUp = (text: string): string => (isId(text) ? text : NOBODY)
