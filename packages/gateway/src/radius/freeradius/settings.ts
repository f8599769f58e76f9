import { isIP } from 'node:net'
import { ConetError } from '@conet/core/errors'

/** An access point or switch that asks FreeRADIUS. */
export interface RadiusClient {
  /** Letters, digits, `-`, `_`: the name of the section. */
  readonly name: string
  /** One address or a range such as `192.0.2.0/24`. */
  readonly address: string
  /** 8..128 characters of printable ASCII without quotes, backslash, `$`, `%`, `#`. */
  readonly secret: string
}

/** What the files of FreeRADIUS are rendered from. */
export interface FreeradiusSettings {
  /** Base URL of the node's listener for FreeRADIUS, on loopback. */
  readonly nodeUrl: string
  /** The key of that listener (`radius.key` in the node's data folder). */
  readonly nodeKey: string
  /** Where access points send to. */
  readonly listen: { readonly address: string; readonly authPort: number; readonly acctPort: number }
  readonly clients: readonly RadiusClient[]
  /** Of the server, for EAP-TTLS: PEM files that FreeRADIUS may read. */
  readonly certificateFile: string
  readonly privateKeyFile: string
  /** Only for a FreeRADIUS that does nothing else: folder of its configuration, pid file and log. */
  readonly folder: string
  /** Only for such a FreeRADIUS: the user it drops to; `undefined` stays who started it. */
  readonly runAs?: string | undefined
}

const PLAIN = /^[A-Za-z0-9!&()*+,./:;<=>?@[\]^_{|}~-]+$/
const PATH = /^\/[A-Za-z0-9._/-]{1,255}$/

function refuse(what: string, rule: string): ConetError {
  return new ConetError(
    'RADIUS_SETTING',
    `cannot render the files of FreeRADIUS: ${what} must be ${rule}; correct it`,
    {
      data: { what },
    },
  )
}

function isRange(text: string): boolean {
  const [address = '', bits, more] = text.split('/')
  const family = isIP(address)
  if (family === 0 || more !== undefined) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
}

const isPort = (port: number) => Number.isInteger(port) && port >= 1 && port <= 65_535

function checkClients(clients: readonly RadiusClient[]): void {
  for (const { name, address, secret } of clients) {
    if (!/^[A-Za-z0-9_-]{1,64}$/.test(name)) throw refuse(`the name "${name}"`, 'letters, digits, - and _')
    if (!isRange(address)) throw refuse(`the address of ${name}`, 'an IP address or range')
    if (secret.length < 8 || secret.length > 128 || !PLAIN.test(secret))
      throw refuse(`the secret of ${name}`, '8 to 128 printable characters without space, quotes, \\, $, % and #')
  }
}

/**
 * Refuses what would change the meaning of a configuration file: every value is put between quotes.
 *
 * @throws ConetError `RADIUS_SETTING` naming the value
 */
export function checkSettings(settings: FreeradiusSettings): void {
  const { nodeUrl, nodeKey, listen, clients, certificateFile, privateKeyFile, folder, runAs } = settings
  if (!/^http:\/\/(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:]+\]|localhost):\d{1,5}$/.test(nodeUrl))
    throw refuse('the address of the node', 'http://ADDRESS:PORT')
  if (!/^[A-Za-z0-9_-]{16,128}$/.test(nodeKey)) throw refuse('the key of the node', '16 to 128 base64url characters')
  if (listen.address !== '*' && isIP(listen.address) === 0) throw refuse('the listening address', 'an IP address or *')
  if (!isPort(listen.authPort) || !isPort(listen.acctPort)) throw refuse('a port', '1 to 65535')
  checkClients(clients)
  for (const path of [certificateFile, privateKeyFile, folder])
    if (!PATH.test(path)) throw refuse(`the path "${path}"`, 'absolute, of letters, digits, . _ - and /')
  if (runAs !== undefined && !/^[a-z_][a-z0-9_-]{0,31}$/.test(runAs)) throw refuse('the user', 'a name of this system')
}
