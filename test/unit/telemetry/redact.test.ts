import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import winston from 'winston'
import { createLogger } from '../../../src/telemetry/logger.ts'
import { redact } from '../../../src/telemetry/redact.ts'

const SECRETS = [
  'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl',
  'AGE-SECRET-KEY-1QQPQGP0ZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZ',
  'jan.jansen@example.nl',
  '+31612345678',
  '06-12345678',
  'postgres://app:geheim@db/listenback',
]

describe('redaction', () => {
  it('removes secrets and personal data wherever they stand in a record', () => {
    const secret = fc.constantFrom(...SECRETS)
    const nested = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        secret,
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.string(), tie('value')),
      ),
    })).value
    fc.assert(
      fc.property(nested, fc.string(), (value, text) => {
        const out = JSON.stringify(redact({ value, note: `${text} ${SECRETS[3]} ${text}` }))
        for (const item of SECRETS) expect(out).not.toContain(item)
        expect(out).not.toContain('geheim')
      }),
      { numRuns: 500 },
    )
  })

  it('removes whatever stands in a field with a telling name', () => {
    const record = {
      memberRef: 'M-1001',
      headers: { authorization: 'x', cookie: 'y' },
      agentRef: 7,
      callId: 'c',
    }
    expect(redact(record)).toEqual({
      memberRef: '[redacted]',
      headers: { authorization: '[redacted]', cookie: '[redacted]' },
      agentRef: '[redacted]',
      callId: '[redacted]',
    })
  })

  it('keeps ids, counts and an error with its cause', () => {
    const id = '4f6c1a0e-9b0e-4c8e-8d2b-0b6d6f1c2a3d'
    expect(redact({ id, bytes: 1234567890123 })).toEqual({ id, bytes: 1234567890123 })
    const error = new Error('outer', { cause: new Error(`mail ${SECRETS[2]}`) })
    expect(redact({ error })).toMatchObject({
      error: { message: 'outer', cause: { message: 'mail [mail]' } },
    })
  })

  it('is part of the logger itself: one line of JSON per record, no line breaks let in', async () => {
    const logger = createLogger('info')
    const lines = new PassThrough()
    logger.add(new winston.transports.Stream({ stream: lines }))
    logger.silent = false
    logger.info(`upload by ${SECRETS[2]}\nforged line`, { token: 'abc', recordingId: 'r-1' })
    const line = String(await new Promise((resolve) => lines.once('data', resolve)))
    expect(line.trimEnd()).not.toContain('\n')
    expect(JSON.parse(line)).toMatchObject({
      message: 'upload by [mail]\nforged line',
      token: '[redacted]',
      recordingId: 'r-1',
      'service.name': 'listenback',
    })
  })
})
