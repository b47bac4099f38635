import { describe, expect, test } from 'vitest'
import { clearCookie, cookiesFor, readCookie, setCookie } from '../../../src/access/cookies.ts'

const https = cookiesFor('https://gesprekken.example')
const loopback = cookiesFor('http://127.0.0.1:3000')

describe('a cookie over https', () => {
  test('is bound to the host by its name, Secure, and Strict for the session', () => {
    expect(setCookie(https.session, 'abc')).toBe(
      '__Host-listenback=abc; Path=/; HttpOnly; SameSite=Strict; Secure',
    )
  })

  test('of a login lives ten minutes and comes along from the provider', () => {
    expect(setCookie(https.login, 'abc')).toBe(
      '__Host-listenback-login=abc; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=600',
    )
  })

  test('is not read under its name for plain http', () => {
    expect(readCookie('listenback=abc', https.session)).toBeUndefined()
    expect(readCookie('__Host-listenback=abc', https.session)).toBe('abc')
  })
})

test('a cookie on loopback has no prefix, which browsers would refuse there', () => {
  expect(setCookie(loopback.session, 'abc')).toBe('listenback=abc; Path=/; HttpOnly; SameSite=Strict')
})

test('a cookie is removed with the attributes it was set with', () => {
  expect(clearCookie(https.session)).toBe(
    '__Host-listenback=; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=0',
  )
})

describe('reading a cookie', () => {
  test.each([
    ['nothing', undefined, undefined],
    ['one among others', 'a=1; listenback=x; b=2', 'x'],
    ['without spaces', 'a=1;listenback=x', 'x'],
    ['one whose name only ends alike', 'not-listenback=x', undefined],
    ['one whose name only begins alike', 'listenback-login=x', undefined],
    ['an empty one', 'listenback=', ''],
    ['the same name twice', 'listenback=x; listenback=y', undefined],
  ])('%s', (_name, header, value) => {
    expect(readCookie(header, loopback.session)).toBe(value)
  })
})
