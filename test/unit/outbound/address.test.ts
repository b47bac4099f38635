import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AddressRefused, isAllowedAddress, readAddress } from '../../../src/outbound/address.ts'

const STRICT = { ports: [443, 8443], loopback: false }

describe('an address that somebody gives', () => {
  test.each([
    'https://127.0.0.1/x',
    'https://[::1]/x',
    'https://[::ffff:127.0.0.1]/x',
    'https://[::127.0.0.1]/x',
    'https://[64:ff9b::7f00:1]/x',
    'https://169.254.169.254/latest/meta-data',
    'https://[fe80::1]/x',
    'https://[fd00:ec2::254]/x',
    'https://0/x',
    'https://0.0.0.0/x',
    'https://2130706433/x',
    'https://0x7f.1/x',
    'https://0177.0.0.1/x',
    'https://10.1.2.3/x',
    'https://172.31.255.255/x',
    'https://192.168.0.1/x',
    'https://100.64.0.1/x',
    'https://224.0.0.1/x',
    'https://255.255.255.255/x',
    'https://１２７.0.0.1/x',
    'http://hooks.example/x',
    'http://localhost/x',
    'https://user@hooks.example/x',
    'https://user:secret@hooks.example/x',
    'https://hooks.example:22/x',
    'https://hooks.example:8080/x',
    'https://hooks.example/x#part',
    'file:///etc/passwd',
    'gopher://hooks.example/x',
    'ftp://hooks.example/x',
    'data:text/plain,x',
    'javascript:alert(1)',
    'hooks.example/x',
    '//hooks.example/x',
    'https://',
    '',
    `https://hooks.example/${'x'.repeat(2000)}`,
  ])('such as %s is refused', (text) => {
    expect(() => readAddress(text, STRICT)).toThrow(AddressRefused)
  })

  test.each(['https://hooks.example/x?y=z', 'https://hooks.example:8443/', 'https://93.184.216.34/x'])(
    'such as %s is used',
    (text) => {
      expect(readAddress(text, STRICT).href).toBe(new URL(text).href)
    },
  )

  test('on this machine is for trying out only, and then nothing else opens with it', () => {
    const trying = { ...STRICT, loopback: true }
    for (const text of ['http://127.0.0.1:3000/x', 'http://[::1]:3000/x', 'http://localhost:3000/x'])
      expect(readAddress(text, trying).port).toBe('3000')
    for (const text of [
      'http://10.0.0.1/x',
      'https://169.254.169.254/',
      'http://hooks.example/',
      'http://0/',
    ])
      expect(() => readAddress(text, trying)).toThrow(AddressRefused)
  })
})

test('an IPv4 address that is wrapped in IPv6 is never used', () => {
  const prefixes = fc.constantFrom('::ffff:', '::', '64:ff9b::', '::ffff:0:')
  fc.assert(
    fc.property(fc.ipV4(), prefixes, (address, prefix) => !isAllowedAddress(prefix + address, STRICT)),
  )
})

test('of IPv4 exactly what is not special is used', () => {
  fc.assert(fc.property(fc.ipV4(), (address) => isAllowedAddress(address, STRICT) === !isSpecial(address)))
})

test('of IPv6 only what is handed out as global unicast (2000::/3) may be used', () => {
  const isGlobal = (address: string) => /^[23]/.test((address.split(':')[0] ?? '').padStart(4, '0'))
  fc.assert(
    fc.property(fc.ipV6(), (address) => isGlobal(address) || !isAllowedAddress(address, STRICT)),
    { numRuns: 2000 },
  )
})

/** The same networks, told in numbers instead of prefixes. */
function isSpecial(address: string): boolean {
  const [a = 0, b = 0, c = 0] = address.split('.').map(Number)
  const rest: Record<number, boolean> = {
    100: b >= 64 && b < 128,
    169: b === 254,
    172: b >= 16 && b < 32,
    192: b === 168 || (b === 0 && (c === 0 || c === 2)) || (b === 88 && c === 99),
    198: b === 18 || b === 19 || (b === 51 && c === 100),
    203: b === 0 && c === 113,
  }
  return [0, 10, 127].includes(a) || a >= 224 || rest[a] === true
}

test.each(['', 'localhost', 'hooks.example', '1.2.3', '::g'])('%s is no address at all', (text) => {
  expect(isAllowedAddress(text, STRICT)).toBe(false)
})
