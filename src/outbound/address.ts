import { BlockList, isIP } from 'node:net'

/** Where others may be reached. */
export interface OutboundRules {
  /** Ports of https that are allowed. */
  readonly ports: readonly number[]
  /** Also this machine, and that over plain http on any port: for trying out and for tests. */
  readonly loopback: boolean
}

/** Why an address is not used; said to whoever gave it. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused'
}

const MOST_CHARACTERS = 2000

/** IANA special-purpose registries (RFC 6890): what is not out there on the internet. */
const SPECIAL_V4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]

/** All that is handed out to hosts on the internet (RFC 4291, IANA): what is outside of it is special. */
const GLOBAL_V6: readonly (readonly [string, number])[] = [['2000::', 3]]

/** What is special inside of it, among that the forms that carry an IPv4 address: Teredo and 6to4. */
const SPECIAL_V6: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]

// One list for each family: in a common one a mapped range would match every IPv4 address.
const SPECIAL = { 4: listOf('ipv4', SPECIAL_V4), 6: listOf('ipv6', SPECIAL_V6) }
const GLOBAL = listOf('ipv6', GLOBAL_V6)
const THIS_MACHINE = { 4: listOf('ipv4', [['127.0.0.0', 8]]), 6: listOf('ipv6', [['::1', 128]]) }

function listOf(family: 'ipv4' | 'ipv6', networks: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList()
  for (const [network, prefix] of networks) list.addSubnet(network, prefix, family)
  return list
}

/** Whether a resolved address may be connected to. Anything that is no IP address may not. */
export function isAllowedAddress(address: string, { loopback }: Pick<OutboundRules, 'loopback'>): boolean {
  const family = isIP(address)
  if (family !== 4 && family !== 6) return false
  const isIn = (lists: typeof SPECIAL) => lists[family].check(address, family === 4 ? 'ipv4' : 'ipv6')
  if (loopback && isIn(THIS_MACHINE)) return true
  return !isIn(SPECIAL) && (family === 4 || GLOBAL.check(address, 'ipv6'))
}

/** The name or address in a URL, without the brackets of IPv6. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '')

/**
 * Reads an address that a person gave. WHATWG parsing turns the odd ways to write an IPv4 address into the
 * usual one, so that it is judged for what it is. Throws AddressRefused.
 */
export function readAddress(text: string, rules: OutboundRules): URL {
  const url = text.length > MOST_CHARACTERS ? null : URL.parse(text)
  const reason = url ? reasonAgainst(url, rules) : 'is not an address'
  if (!url || reason) throw new AddressRefused(reason)
  return url
}

function reasonAgainst(url: URL, rules: OutboundRules): string | undefined {
  const host = hostOf(url)
  if (url.username !== '' || url.password !== '') return 'must not hold a name or a password'
  if (url.hash !== '') return 'must not have a part behind #'
  if (isIP(host) !== 0 && !isAllowedAddress(host, rules)) return 'is not on the internet'
  if (rules.loopback && url.protocol === 'http:' && isThisMachine(host)) return undefined
  return reasonAgainstPort(url, rules)
}

function reasonAgainstPort({ protocol, port }: URL, { ports }: OutboundRules): string | undefined {
  if (protocol !== 'https:') return 'must begin with https://'
  return ports.includes(Number(port || 443)) ? undefined : `must use port ${ports.join(' or ')}`
}

function isThisMachine(host: string): boolean {
  if (host === 'localhost') return true
  const family = isIP(host)
  return (family === 4 || family === 6) && THIS_MACHINE[family].check(host, family === 4 ? 'ipv4' : 'ipv6')
}
