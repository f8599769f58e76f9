import { isIPv4, isIPv6 } from 'node:net'
import { ConetError } from '@conet/core/errors'
import { checkRuleset } from '../ruleset.js'

export type System = 'debian' | 'openwrt'

/** What the owner says about the box. */
export interface SetupSpec {
  readonly system: System
  /** Interface of the guests: an access point's bridge or one port. */
  readonly lan: string
  readonly wan: string
  /** This machine on the guests' network, with the length of its prefix (16 to 28). */
  readonly address4: string
  /** The same for IPv6 (a /64); without it guests get no IPv6. */
  readonly address6?: string | undefined
  readonly portalPort: number
  /** Port of the node's API, which devices with our client ask directly. */
  readonly apiPort: number
  /** Address of the captive-portal API for DHCP option 114; systems only believe https (RFC 8908 section 4). */
  readonly captiveApi?: string | undefined
  /** How `conet` is started. */
  readonly conet: string
  /** User the helper runs as: the node's own. */
  readonly user: string
}

export const DEFAULT_SETUP = {
  address4: '10.77.0.1/24',
  portalPort: 8642,
  apiPort: 8640,
  conet: '/usr/local/bin/conet',
  user: 'conet',
} as const

function invalid(path: string, why: string): ConetError {
  return new ConetError('SETUP_INVALID', `${path}: ${why}`, { data: { path } })
}

const isPort = (port: number) => Number.isInteger(port) && port > 0 && port < 65_536

/**
 * Checks what the owner said; nothing of it can break out of a line it is written to.
 *
 * @throws ConetError `SETUP_INVALID` naming the option
 */
export function checkSetup(spec: SetupSpec): void {
  try {
    checkRuleset({ table: 'conet_gw', lan: [spec.lan], wan: [spec.wan] })
  } catch (error) {
    throw invalid('lan, wan', error instanceof Error ? error.message : String(error))
  }
  const [four = '', length = ''] = spec.address4.split('/')
  if (!isIPv4(four) || !/^(1[6-9]|2[0-8])$/.test(length)) throw invalid('address4', 'write it like 10.77.0.1/24')
  const [six = '', bits] = (spec.address6 ?? 'fd00::1/64').split('/')
  if (!isIPv6(six) || six.includes('%') || bits !== '64') throw invalid('address6', 'write it like fd77::1/64')
  if (!isPort(spec.portalPort) || !isPort(spec.apiPort)) throw invalid('port', 'must be from 1 to 65535')
  if (!/^\/[A-Za-z0-9._/-]{1,200}$/.test(spec.conet)) throw invalid('conet', 'must be the path of the program')
  if (!/^[a-z_][a-z0-9_-]{0,31}$/.test(spec.user)) throw invalid('user', 'is no user name')
  const api = spec.captiveApi
  if (api !== undefined && !/^https:\/\/[A-Za-z0-9.:[\]/_-]{1,200}$/.test(api)) {
    throw invalid('captiveApi', 'must be an https address: systems ignore any other (RFC 8908)')
  }
}

/** First and last address that DHCP gives away: everything behind the tenth, up to 200. */
export function poolOf(address4: string): { first: string; last: string; mask: string; count: number } {
  const [four = '', length = ''] = address4.split('/')
  const bits = Number(length)
  const number = four.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  const size = 2 ** (32 - bits)
  const base = Math.floor(number / size) * size
  const count = Math.min(200, size - 12)
  return { first: dotted(base + 10), last: dotted(base + 9 + count), mask: dotted(2 ** 32 - size), count }
}

function dotted(number: number): string {
  return [24, 16, 8, 0].map(shift => Math.floor(number / 2 ** shift) % 256).join('.')
}
