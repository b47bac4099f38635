import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { EnvSchema } from '../../../src/config/env.ts'

const text = readFileSync(new URL('../../../Dockerfile', import.meta.url), 'utf8')
/** Instructions with their continued lines joined, comments left out. */
const instructions = text
  .split('\n')
  .filter((line) => !line.startsWith('#'))
  .join('\n')
  .replaceAll('\\\n', ' ')
  .split('\n')
  .filter((line) => line.trim())
const last = instructions.slice(instructions.findLastIndex((line) => line.startsWith('FROM ')))
const argumentOf = (word: string) =>
  last
    .find((line) => line.trim().startsWith(`${word} `))
    ?.trim()
    .slice(word.length + 1)

test('the image is Node 24 and runs the service as an ordinary user, in exec form', () => {
  expect(last[0]).toBe('FROM node:24-slim')
  expect(argumentOf('USER')).toBe('node')
  expect(JSON.parse(argumentOf('CMD') ?? '')).toEqual([
    'node',
    '--max-semi-space-size=4',
    'src/main.ts',
    'serve',
  ])
})

test('what the image sets are settings that the service reads', () => {
  const names = [...(argumentOf('ENV') ?? '').matchAll(/(\w+)=/g)].map((match) => match[1] ?? '')
  expect(names).toContain('HOST')
  expect(names.filter((name) => !(name in EnvSchema.shape))).toEqual([])
})

test('development dependencies stay out of the image, and ffmpeg is in it', () => {
  expect(text).toMatch(/npm ci .*--omit=dev/)
  expect(last.join('\n')).not.toMatch(/npm (ci|install)/)
  expect(last.join('\n')).toMatch(/apt-get install -y --no-install-recommends ffmpeg/)
})

test('the health check asks whether the process lives, not what it depends on', () => {
  const check = /^CMD (\[.*\])$/.exec((argumentOf('HEALTHCHECK') ?? '').replace(/^.*?(CMD )/, '$1'))?.[1]
  const command: string[] = JSON.parse(check ?? '[]')
  expect(command.slice(0, 2)).toEqual(['node', '-e'])
  expect(command[2]).toContain('/livez')
})
