import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FreeRadius, makeCertificate, missing } from './freeradius.js'
import { freePort, NodeProcess, visitor } from './network.js'
import { conet, Running, scratch, until } from './program.js'
import { noNamespaces, WiredPort } from './wired.js'

const SECRET = 'secret-of-the-switch'
/** A trial long enough for programs that start slowly on a busy machine. */
const TERMS = { trialMs: 8_000, restMs: 2_000 }
const PATIENCE_MS = 115_000
/** From the end of the paid time to the last packet: the limit of the paper. */
const CUT_MS = 1_000
/** A node that is dead is noticed when the access point asks again: whole seconds, and the time-outs towards the node. */
const DEAD_CUT_MS = 3_000

interface Printed {
  readonly user: string
  readonly block: string
}

const reason =
  missing(['freeradius', 'openssl', 'hostapd', 'wpa_supplicant', 'ping', 'ip', 'nft']) ??
  (process.getuid?.() === 0 ? noNamespaces() : 'namespaces need root')
if (reason !== undefined) console.log(`SKIPPED: wpa_supplicant through hostapd and FreeRADIUS: ${reason}`)

describe.skipIf(reason !== undefined)('a station at a switch with 802.1X', () => {
  const place = scratch()
  const port = new WiredPort(place.dir)
  let node: NodeProcess
  let radius: FreeRadius

  beforeAll(async () => {
    port.open()
    const [api, rest, auth, acct] = [await freePort(), await freePort(), await freePort(), await freePort()]
    const { certificate, key } = makeCertificate(place.dir)
    const nas = [{ address: port.addresses.point, secret: SECRET }]
    const part = { port: rest, network: 'conet-test', nas, certificateFile: certificate }
    const more = { radius: part, api: { host: '0.0.0.0', port: api } }
    node = await NodeProcess.start(place.dir, { name: 'host', terms: TERMS, more })
    radius = await FreeRadius.start(place.dir, join(place.dir, 'host', 'config.yaml'), key, { auth, acct })
    port.guard(radius, SECRET)
  }, PATIENCE_MS)

  afterAll(async () => {
    await port.close()
    await radius?.stop()
    await node?.running.end('SIGKILL')
    place.remove()
  })

  it(
    'fetches its credential elsewhere, joins, pays three rounds, and is off when it stops paying',
    async () => {
      const guest = await visitor(place.dir, 'guest', node)
      const env = { CONET_HOME: guest.home, CONET_NODE: node.url.replace('127.0.0.1', port.addresses.host) }
      const args = ['radius', 'credential', '--interface', port.stationInterface]
      const inside = ['ip', 'netns', 'exec', port.station]
      const paying = await Running.start<Printed>(args, env, 60_000, inside)
      port.leaveOtherNetwork()
      const pinging = port.ping()
      await pause(1_000)
      expect(pinging.answers).toBe(0)
      const supplicant = port.join(paying.first.block)
      await until(() => pinging.answers > 0)
      const session = () => node.session(paying.first.user)
      await until(async () => (await session()).roundsPaid >= 3, 60_000)
      // At least one for each end of a paid time: the trial's, the first round's, the second trial's.
      expect(port.authentications).toBeGreaterThanOrEqual(3)
      expect(port.log.filter(({ on }) => !on)).toEqual([])
      await paying.end('SIGKILL')
      await until(async () => (await session()).state === 'closed', 30_000)
      const { reason: why, closedAt } = (await session()) as Awaited<ReturnType<typeof session>> & { closedAt: number }
      expect(why).toBe('NOT_PAID')
      await pause(2 * CUT_MS)
      expect(pinging.lastAt).toBeGreaterThan(0)
      expect(pinging.lastAt - closedAt).toBeLessThan(CUT_MS)
      expect(port.log.at(-1)?.on).toBe(false)
      await port.end(supplicant)
    },
    PATIENCE_MS,
  )

  it(
    'is off at the end of its time also when our node is dead',
    async () => {
      const guest = await visitor(place.dir, 'second', node)
      const made = await conet(['radius', 'credential', '--print', '--json'], { CONET_HOME: guest.home })
      const { block, user } = JSON.parse(made.stdout) as Printed
      const pinging = port.ping()
      port.join(block)
      await until(() => pinging.answers > 0)
      const { accessUntil } = (await node.session(user)) as unknown as { accessUntil: number }
      await node.running.end('SIGKILL')
      await until(() => port.log.at(-1)?.on === false, 30_000)
      await pause(CUT_MS)
      expect(pinging.lastAt).toBeLessThan(accessUntil + DEAD_CUT_MS)
      // Also the time before was used: nobody was cut because the node died.
      expect(pinging.lastAt).toBeGreaterThan(accessUntil - 2_000)
    },
    PATIENCE_MS,
  )
})
