import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ATTRIBUTE, DISCONNECT } from '../../packages/gateway/src/radius/packet.js'
import { attributeText, type FakeNas, fakeNas } from '../../packages/gateway/src/radius/testing/nas.js'
import { FreeRadius, makeCertificate, missing } from './freeradius.js'
import { freePort, NodeProcess, type Visitor, visitor } from './network.js'
import { conet, Running, scratch, until } from './program.js'

const SECRET = 'secret-of-the-access-point'
/** A trial long enough for programs that start slowly on a busy machine. */
const TERMS = { trialMs: 8_000, restMs: 2_000 }
const PATIENCE_MS = 100_000
const REFUSED_WITHIN_MS = 2_000

/** What `conet radius credential --json` prints. */
interface Printed {
  readonly user: string
  readonly password: string
  readonly block: string
}

const reason = missing()
if (reason !== undefined) console.log(`SKIPPED: RADIUS through FreeRADIUS: ${reason}`)

describe.skipIf(reason !== undefined)('stations through FreeRADIUS', () => {
  const place = scratch()
  const seen = { stations: 0, guests: 0 }
  let nas: FakeNas
  let node: NodeProcess
  let radius: FreeRadius

  beforeAll(async () => {
    const [api, rest, auth, acct] = [await freePort(), await freePort(), await freePort(), await freePort()]
    nas = await fakeNas(SECRET)
    const { certificate, key } = makeCertificate(place.dir)
    const points = [{ address: '127.0.0.1', port: nas.port, secret: SECRET }]
    const part = { port: rest, network: 'conet-test', nas: points, certificateFile: certificate }
    node = await NodeProcess.start(place.dir, { name: 'host', port: api, terms: TERMS, more: { radius: part } })
    radius = await FreeRadius.start(place.dir, join(place.dir, 'host', 'config.yaml'), key, { auth, acct })
  }, PATIENCE_MS)

  afterAll(async () => {
    await radius?.stop()
    await node?.running.end('SIGKILL')
    await nas?.close()
    place.remove()
  })

  /** Every station has its own address. */
  const newStation = () => `02-00-00-00-00-${String(++seen.stations).padStart(2, '0')}`

  /** A guest of its own for each: unpaid trials are limited. */
  const newGuest = (): Promise<Visitor> => visitor(place.dir, `guest${++seen.guests}`, node)

  async function print(): Promise<Printed> {
    const guest = await newGuest()
    const made = await conet(['radius', 'credential', '--print', '--json'], { CONET_HOME: guest.home })
    expect(made.stderr).toBe('')
    return JSON.parse(made.stdout) as Printed
  }

  const pap = ({ user, password }: Pick<Printed, 'user' | 'password'>, station: string, secret = SECRET) =>
    radius.client('auth', { 'User-Name': user, 'User-Password': password, 'Calling-Station-Id': station }, secret)

  it(
    'lets a token in by PAP, meters it, and throws it off unpaid',
    async () => {
      const given = await print()
      const station = newStation()
      const before = nas.heard.length
      const told = await pap(given, station)
      expect(told.output).toContain('Received Access-Accept')
      expect(told.output).toMatch(/Session-Timeout = [78]\n/)
      expect(told.output).toContain('Termination-Action = RADIUS-Request')
      expect(told.output).toContain('Acct-Interim-Interval = 60')
      const acct = { 'User-Name': given.user, 'Acct-Session-Id': 'a1', 'Calling-Station-Id': station }
      await radius.client('acct', { ...acct, 'Acct-Status-Type': 'Start' }, SECRET)
      const counts = { 'Acct-Input-Octets': 1_000, 'Acct-Output-Octets': 7_000 }
      const interim = await radius.client('acct', { ...acct, ...counts, 'Acct-Status-Type': 'Interim-Update' }, SECRET)
      expect(interim.output).toContain('Received Accounting-Response')
      await until(async () => (await node.session(given.user)).bytesUp !== '0')
      expect(await node.session(given.user)).toMatchObject({ bytesUp: '1000', bytesDown: '7000', state: 'live' })
      await until(() => nas.heard.length > before)
      const { packet, signed } = nas.heard.at(-1) ?? {}
      expect([signed, packet?.code]).toEqual([true, DISCONNECT.request])
      expect(packet && attributeText(packet, ATTRIBUTE.callingStationId)).toBe(station)
      expect(packet && attributeText(packet, ATTRIBUTE.acctSessionId)).toBe('a1')
      const end = { ...acct, 'Acct-Input-Octets': 1_100, 'Acct-Output-Octets': 7_000 }
      await radius.client('acct', { ...end, 'Acct-Status-Type': 'Stop' }, SECRET)
      await until(async () => (await node.session(given.user)).state === 'closed')
      expect(await node.session(given.user)).toMatchObject({ reason: 'NOT_PAID', bytesUp: '1100', settled: '0' })
      expect((await pap(given, station)).output).toContain('SESSION_OVER')
    },
    PATIENCE_MS,
  )

  it(
    'refuses two stations on one token, wrong passwords, and access points with a wrong secret',
    async () => {
      const given = await print()
      expect((await pap(given, newStation(), 'not-the-secret')).output).not.toContain('Received Access-Accept')
      expect((await pap(given, newStation())).output).toContain('Received Access-Accept')
      expect((await pap(given, newStation())).output).toContain('STATION_OTHER')
      const other = await print()
      expect((await pap({ ...other, password: given.password }, newStation())).output).toContain('PASSWORD_WRONG')
      expect((await pap({ user: 'alice', password: 'secret' }, newStation())).output).toContain('CREDENTIAL_UNKNOWN')
    },
    PATIENCE_MS,
  )

  it(
    'lets a supplicant in by EAP-TTLS that pins the certificate, and is paid round by round',
    async () => {
      mkdirSync(join(place.dir, 'eap'))
      const guest = await newGuest()
      const args = ['radius', 'credential', '--interface', 'lo']
      const paying = await Running.start<Printed>(args, { CONET_HOME: guest.home })
      const { user, block } = paying.first
      const mac = '02:00:00:00:00:99'
      const before = await node.balance(guest.wallet.did)
      const told = await radius.eap(join(place.dir, 'eap'), block, mac, SECRET)
      expect(told.output).toMatch(/\nSUCCESS\n$/)
      await until(async () => (await node.session(user)).roundsPaid >= 2, 60_000)
      // Extension by re-authentication: the same credential again, as the access point asks for at the end of each paid time.
      expect((await radius.eap(join(place.dir, 'eap'), block, mac, SECRET)).output).toMatch(/\nSUCCESS\n$/)
      expect((await radius.eap(join(place.dir, 'eap'), block, '02:00:00:00:00:98', SECRET)).output).toContain('FAILURE')
      const heard = nas.heard.length
      await paying.end('SIGINT')
      await until(async () => (await node.session(user)).state === 'closed')
      expect((await node.session(user)).reason).toBe('CLIENT_DONE')
      expect(nas.heard.length).toBeGreaterThan(heard)
      expect((await radius.eap(join(place.dir, 'eap'), block, mac, SECRET)).output).toContain('FAILURE')
      await until(async () => (await node.balance(guest.wallet.did)) < before)
    },
    PATIENCE_MS,
  )

  it(
    'does not fall for a server with another certificate',
    async () => {
      const { block } = await print()
      const other = block.replace(/sha256\/..../, 'sha256/0000')
      expect((await radius.eap(join(place.dir, 'eap'), other, '02:00:00:00:00:97', SECRET)).output).toContain('FAILURE')
    },
    PATIENCE_MS,
  )

  it(
    'refuses within two seconds when the node hangs, and when it is dead; nothing hangs',
    async () => {
      const given = await print()
      node.running.child.kill('SIGSTOP')
      const hung = await pap(given, newStation())
      node.running.child.kill('SIGCONT')
      expect(hung.output).toContain('Received Access-Reject')
      expect(hung.ms).toBeLessThan(REFUSED_WITHIN_MS)
      expect((await pap(await print(), newStation())).output).toContain('Received Access-Accept')
      await node.running.end('SIGKILL')
      const dead = await pap(given, newStation())
      expect(dead.output).toContain('Received Access-Reject')
      expect(dead.ms).toBeLessThan(REFUSED_WITHIN_MS)
    },
    PATIENCE_MS,
  )
})
