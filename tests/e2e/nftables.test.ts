import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { createNftablesGateway } from '@conet/gateway/nftables'
import {
  CLIENT,
  ended,
  monotonicMs,
  ORIGIN,
  openFlow,
  saying,
  whyNoLab,
  whyNoOtherUser,
} from '@conet/gateway/nftables/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { echo, over } from '../../packages/gateway/src/suite.js'
import { type Hotspot, openHotspot, until } from './nftables/hotspot.js'

// Programs are started many times, on a machine that may do other things too.
vi.setConfig({ testTimeout: 60_000 })

const missing = whyNoLab('curl', 'iperf3', 'setpriv')
if (missing !== undefined) console.log(`SKIPPED: the nftables gateway in namespaces: ${missing}`)

const noOtherUser = missing ?? whyNoOtherUser()
if (missing === undefined && noOtherUser !== undefined)
  console.log(`SKIPPED: the helper as a user of its own: ${noOtherUser}`)

const [FOUR, OTHER, SIX] = [CLIENT.four(0), CLIENT.four(1), CLIENT.six(0)]
const open: Hotspot[] = []

async function hotspot(...options: Parameters<typeof openHotspot>): Promise<Hotspot> {
  const spot = await openHotspot(...options)
  open.push(spot)
  return spot
}

const table = (spot: Hotspot) => spot.lab.in('gateway', 'nft list table inet conet_gw')

afterEach(async () => {
  for (const spot of open.splice(0)) await spot.dispose()
})

describe.runIf(missing === undefined)('who gets through', () => {
  it('lets a device through over IPv4 or IPv6, bound to both its addresses, and nobody else', async () => {
    const spot = await hotspot('bound')
    expect(await spot.reaches(FOUR)).toBe(false)
    await spot.admit(FOUR)
    await spot.admit(SIX)
    expect([await spot.reaches(FOUR), await spot.reaches(SIX)]).toEqual([true, true])
    // A device that changes its address must ask again.
    expect([await spot.reaches(OTHER), await spot.reaches(CLIENT.six(1))]).toEqual([false, false])
    // A stranger who takes over the address has another hardware address.
    const mac = JSON.parse(spot.lab.in('client', 'ip -j link show eth0'))[0].address as string
    spot.lab.in('client', 'ip link set eth0 address 02:00:00:00:00:99')
    expect(await spot.reaches(FOUR)).toBe(false)
    spot.lab.in('client', `ip link set eth0 address ${mac}`)
    await until(() => spot.reaches(FOUR))
  })

  it('refuses addresses that are on no link of guests, and sessions without one', async () => {
    const spot = await hotspot('unknown')
    await expect(spot.admit(ORIGIN.four)).rejects.toMatchObject({ code: 'CLIENT_NOT_ON_LINK' })
    const until_ = Date.now() + 1_000
    await expect(spot.gateway.open({ session: 'x', until: until_, quota: 1n })).rejects.toMatchObject({
      code: 'CLIENT_ADDRESS_MISSING',
    })
    expect(await spot.gateway.clientOf(FOUR).then(found => found?.ip)).toBe(undefined)
    await spot.admit(FOUR)
    expect((await spot.gateway.clientOf(`::ffff:${FOUR}`))?.mac).toMatch(/^([0-9a-f]{2}:){5}/)
  })

  it('gives the place of a device to its newest session', async () => {
    const spot = await hotspot('twice')
    const [first, second] = [await spot.admit(FOUR), await spot.admit(FOUR)]
    await until(() => spot.events.length > 0)
    expect(spot.events).toEqual([{ type: 'lost', session: first, reason: 'the device opened another session' }])
    await spot.gateway.close(first)
    expect(await spot.reaches(FOUR)).toBe(true)
    await spot.gateway.close(second)
    expect(await spot.reaches(FOUR)).toBe(false)
  })

  it('keeps devices out of private networks that the owner did not allow, off mail ports and off other uplinks', async () => {
    const spot = await hotspot('private', { helper: { config: { allow: ['10.99.0.2/32'] } } })
    await spot.admit(FOUR)
    await spot.admit(SIX)
    expect(await spot.reaches(FOUR)).toBe(true)
    expect(await spot.reaches(SIX)).toBe(false)
    await spot.lab.echo(25)
    const mail = `curl -s --max-time 3 --interface ${FOUR} telnet://${ORIGIN.four}:25 </dev/null || echo refused $?`
    expect(spot.lab.in('client', mail)).toBe('refused 7\n')
  })

  it('lets nothing in that the device did not ask for', async () => {
    const spot = await hotspot('unasked')
    const session = await spot.admit(SIX)
    spot.lab.in('origin', `ping -6 -c 2 -i 0.2 -W 1 ${SIX} || true`)
    const { bytesDown } = await spot.gateway.close(session)
    expect(bytesDown).toBe(0n)
  })

  it('sends the web of strangers to the portal, and that of guests to where they want', async () => {
    const spot = await hotspot('portal')
    await spot.lab.echo(80)
    const portal = spot.lab.start('gateway', process.execPath, [
      '-e',
      `require('http').createServer((q, r) => r.end('portal')).listen(8642, '::', () => console.log('ready'))`,
    ])
    await saying(portal, 'stdout', 'ready')
    const ask = (from: string, to: string) =>
      spot.lab.in('client', `curl -s --max-time 3 --interface ${from} 'http://${to}/' | head -c 6`)
    expect([ask(FOUR, ORIGIN.four), ask(SIX, `[${ORIGIN.six}]`)]).toEqual(['portal', 'portal'])
    await spot.admit(FOUR)
    const flow = await openFlow(spot.agent, FOUR, { host: ORIGIN.four, port: 80 })
    expect(await echo(flow, 500)).toBe(500)
    flow.destroy()
  })
})

describe.runIf(missing === undefined)('what passes', () => {
  it('counts UDP to the byte, as iperf3 does', async () => {
    const spot = await hotspot('count')
    const session = await spot.admit(FOUR)
    await saying(spot.lab.start('origin', 'iperf3', ['-s', '--forceflush']), 'stdout', 'listening')
    spot.lab.in(
      'gateway',
      'nft add table inet cn4_c; nft add chain inet cn4_c f "{ type filter hook forward priority -9; }"',
    )
    spot.lab.in('gateway', 'nft add rule inet cn4_c f iifname lan0 meta l4proto tcp counter')
    const run = JSON.parse(spot.lab.in('client', `iperf3 -J -c ${ORIGIN.four} -B ${FOUR} -u -b 8M -l 1000 -t 1`))
    const control = Number(/bytes (\d+)/.exec(spot.lab.in('gateway', 'nft list table inet cn4_c'))?.[1])
    const { bytesUp } = await spot.gateway.close(session)
    // Headers of IPv4 and UDP, and the packet of four bytes with which iperf3 opens a flow and which it does not count.
    expect(Number(bytesUp) - control).toBe(run.end.sum.bytes + run.end.sum.packets * 28 + 32)
  })

  it('holds an offer to its rate', async () => {
    const spot = await hotspot('rate', { rateOf: offer => (offer === 'slow' ? 500_000 : undefined) })
    await spot.admit(FOUR, { offer: 'slow' })
    const flow = await spot.flow(FOUR)
    const begun = monotonicMs()
    await echo(flow, 1_000_000)
    // Two megabytes both ways at half a megabyte a second, the first second's worth at once.
    expect(monotonicMs() - begun).toBeGreaterThan(2_000)
    flow.destroy()
  })

  it('lets no byte pass behind the quota but for one packet, and none after the end, though all of us are dead', async () => {
    const spot = await hotspot('dead')
    // Its programs may take longer to start than the session lasts.
    const probe = await spot.lab.probe(FOUR)
    const stopped = probe.last()
    const end = monotonicMs() + 3_000
    await spot.admit(FOUR, { forMs: 3_000 })
    spot.helper.kill('SIGKILL')
    await until(() => spot.events.length > 0)
    expect(spot.events[0]).toMatchObject({ type: 'lost', reason: 'the gateway helper ended' })
    expect(spot.notices).toEqual([{ type: 'helper', up: false }])
    expect((await stopped) - end).toBeLessThan(1_000)
    await probe.end()
    // What is left grants nothing; the next helper clears it, and the gateway finds it by itself.
    expect(table(spot)).toContain('chain from_client')
    expect(await spot.reaches(FOUR)).toBe(false)
    await spot.lab.helper()
    await until(() => spot.notices.length === 2)
    expect(table(spot)).not.toMatch(/elements = \{ [0-9a-f:]+ \. 10\.77/)
    await spot.admit(FOUR)
    expect(await spot.reaches(FOUR)).toBe(true)
  })

  it('cuts open flows although the kernel still tracks them as established', async () => {
    const spot = await hotspot('open')
    const session = await spot.admit(FOUR)
    const flow = await spot.flow(FOUR)
    await echo(flow, 1_000)
    await spot.gateway.close(session)
    expect(spot.lab.in('gateway', 'cat /proc/sys/net/netfilter/nf_conntrack_count').trim()).not.toBe('0')
    flow.write('more')
    await over(flow)
  })
})

describe.runIf(missing === undefined)('who meddles', () => {
  it('puts rules back that somebody changed by hand, keeps sessions and flows, and tells', async () => {
    const spot = await hotspot('meddle')
    const session = await spot.admit(FOUR)
    let flow = await spot.flow(FOUR)
    await echo(flow, 100_000)
    await until(() => spot.gateway.meter(session).bytesUp >= 100_000n)
    const meddle = async (command: string, repaired: string) => {
      spot.lab.in('gateway', command)
      await until(() => spot.notices.length > 0)
      expect(spot.notices.splice(0)[0]).toMatchObject({ type: 'tampered', repaired })
      // While the whole table was gone nothing was translated: a packet sent then may have ended the flow, not the session.
      if (command.includes('delete table')) flow = await spot.flow(FOUR)
      expect(await echo(flow, 1_000)).toBe(1_000)
      expect(await spot.reaches(OTHER)).toBe(false)
    }
    const before = spot.lab.in('gateway', 'nft -s -t list table inet conet_gw')
    await meddle('nft insert rule inet conet_gw from_client accept', 'rules')
    await meddle('nft flush chain inet conet_gw to_client', 'rules')
    await meddle('nft add chain inet conet_gw extra', 'table')
    await meddle('nft delete table inet conet_gw', 'table')
    await meddle('nft flush set inet conet_gw lease', 'elements')
    spot.lab.in('gateway', 'nft add element inet conet_gw lease { 7:7 }')
    const mac = (await spot.gateway.clientOf(FOUR))?.mac
    await meddle(`nft add element inet conet_gw who4 { ${mac} . ${OTHER} : 7:7 }`, 'elements')
    expect(spot.lab.in('gateway', 'nft -s -t list table inet conet_gw')).toBe(before)
    // What was counted stays counted, though the counters were taken away twice.
    expect(spot.gateway.meter(session).bytesUp).toBeGreaterThanOrEqual(100_000n)
    flow.destroy()
  })

  it('leaves the owner’s own tables alone, and nothing of ours behind', async () => {
    const spot = await hotspot('owner')
    spot.lab.in('gateway', 'nft add table ip own; nft add chain ip own c; nft add rule ip own c counter')
    const before = spot.lab.in('gateway', 'nft list table ip own')
    await spot.admit(FOUR)
    await new Promise(resolve => setTimeout(resolve, 700))
    expect(spot.notices).toEqual([])
    await spot.gateway.stop()
    await ended(spot.helper)
    expect(spot.lab.in('gateway', 'nft list tables')).toBe('table ip own\n')
    expect(spot.lab.in('gateway', 'nft list table ip own')).toBe(before)
  })

  it.skipIf(noOtherUser !== undefined)(
    'needs one capability, gives its socket to its own user, and serves one node',
    async () => {
      const caps = '-all,+net_admin'
      const drop = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', `--inh-caps=${caps}`]
      const before = [...drop, `--ambient-caps=${caps}`, `--bounding-set=${caps}`]
      const spot = await openNobody(before)
      const status = spot.lab.in('gateway', `cat /proc/${spot.helper.pid}/status`)
      expect(status).toMatch(/^Uid:\s+65534/m)
      expect(status).toMatch(/^CapEff:\s+0000000000001000$/m)
      expect(statSync(spot.lab.socket).mode & 0o777).toBe(0o600)
      await spot.admit(FOUR)
      expect(await spot.reaches(FOUR)).toBe(true)
      const second = createNftablesGateway({ socket: spot.lab.socket, advertise: { host: 'x', port: 1 } })
      await expect(second.start()).rejects.toMatchObject({ code: 'HELPER_BUSY' })
      await expect(spot.lab.helper()).rejects.toThrow(/already listens/)
      await ended(spot.helper)
      await expect(spot.lab.helper({ before: drop.slice(0, 4) })).rejects.toThrow(/CAP_NET_ADMIN/)
    },
  )

  it('is left in peace by a second helper that is started by mistake', async () => {
    const spot = await hotspot('second')
    await spot.admit(FOUR)
    // A table that is made anew has other handles.
    const rules = () => spot.lab.in('gateway', 'nft -a list table inet conet_gw | grep -E "chain|table"')
    const before = rules()
    const events = spot.events.length
    await expect(spot.lab.helper()).rejects.toThrow(/HELPER_BUSY|already listens/)
    expect(rules()).toBe(before)
    expect(await spot.reaches(FOUR)).toBe(true)
    expect(spot.events.slice(events)).toEqual([])
  })

  it('answers nonsense with an error and cuts off a line without end', async () => {
    const spot = await hotspot('nonsense')
    const answer = await new Promise<string>(resolve => {
      const socket = connect(spot.lab.socket, () =>
        socket.write('{"id":4,"op":"flush ruleset"}\n{"id":5,"op":"read","sessions":[1]}\n'),
      )
      let text = ''
      socket.on('data', chunk => {
        text += chunk
        if (text.split('\n').length === 3) socket.end(() => resolve(text))
      })
    })
    expect(answer.match(/REQUEST_MALFORMED/g)).toHaveLength(2)
    const endless = connect(spot.lab.socket)
    endless.on('error', () => {})
    const cut = new Promise(resolve => endless.once('close', resolve))
    endless.write('x'.repeat(3_000_000))
    await cut
    await spot.admit(FOUR)
  })

  it('names a full table of connections, and warns before', async () => {
    const spot = await hotspot('full', { helper: { env: { CONET_CONNTRACK: '/tmp/cn4-none' } } })
    const folder = join(spot.lab.folder, 'conntrack')
    mkdirSync(folder)
    const fill = (count: number) => {
      writeFileSync(join(folder, 'nf_conntrack_count'), `${count}\n`)
      writeFileSync(join(folder, 'nf_conntrack_max'), '100\n')
    }
    fill(5)
    await spot.gateway.stop()
    await ended(spot.helper)
    const second = await spot.lab.helper({ env: { CONET_CONNTRACK: folder } })
    await spot.gateway.start()
    await spot.admit(FOUR)
    fill(97)
    await until(() => spot.notices.length > 0)
    expect(spot.notices).toEqual([{ type: 'conntrack', count: 97, max: 100 }])
    fill(100)
    await expect(spot.admit(OTHER)).rejects.toMatchObject({
      code: 'CONNTRACK_FULL',
      verdict: 'retry',
      data: { count: 100, max: 100 },
    })
    await ended(second)
  })
})

/** A helper of another user writes its socket where it may. */
async function openNobody(before: readonly string[]): Promise<Hotspot> {
  return hotspot('nobody', { helper: { before } })
}
