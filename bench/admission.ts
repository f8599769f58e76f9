import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createNftablesGateway, type NftablesGateway } from '@conet/gateway/nftables'
import { CLIENT, createLab, ended, type Lab, monotonicMs, saying, whyNoLab } from '@conet/gateway/nftables/testing'
import { send, serveIperf } from './admission/traffic.js'
import { note, option, percentile, printFigures, seconds } from './lib.js'

/**
 * Admission by the nftables gateway, whole devices over veth links: time from the decision to the first packet, a batch of
 * 10,000 renewals, the cut with every process of ours killed, counts against iperf3's own, throughput with 10,000 admitted
 * clients against a plain forward rule on a network of the same form in the same run.
 *
 * Limits: p50 ≤ 2 ms, p99 ≤ 10 ms, batch ≤ 200 ms, cut ≤ 1,000 ms, UDP exact, TCP ≤ 5 %, throughput ≥ 0.9.
 */

const SAMPLES = option('samples', 200)
const CLIENTS = option('clients', 10_000)
const WINDOWS = option('windows', 5)
const BATCHES = option('batches', 7)
/** The first batches are left out, as the first window is: both processes still compile what they run, and count the newly admitted. */
const WARM_UP = 2
const HOUR = 3_600_000
const PLENTY = 2n ** 60n
/** IPv4 and UDP headers of one packet. */
const UDP_HEADERS = 28
/** iperf3 opens each UDP flow with one packet of four bytes that it does not count. */
const UDP_GREETING = UDP_HEADERS + 4
const NODE = fileURLToPath(new URL('./admission/node.js', import.meta.url))

const advertise = { host: '10.77.0.1', port: 8_642 }
const client = CLIENT.four(0)

function gatewayOf(lab: Lab): NftablesGateway {
  return createNftablesGateway({ socket: lab.socket, advertise })
}

/** The gateway knows where its clients are, as it does after they asked for a grant. */
function introduce(lab: Lab, address: string): void {
  const mac = JSON.parse(lab.in('client', 'ip -j link show eth0'))[0].address as string
  lab.in('gateway', `ip neigh replace ${address} lladdr ${mac} dev lan0 nud permanent`)
}

/** What a question to the helper costs at the moment: two processes that must be woken, and nothing else. */
async function noteRoundTrip(gateway: NftablesGateway): Promise<void> {
  const trips: number[] = []
  for (let index = 0; index < SAMPLES; index++) trips.push((await seconds(() => gateway.clientOf(client))) * 1e3)
  note(
    `control, one question to the helper: p50 ${percentile(trips, 0.5).toFixed(2)}, p99 ${percentile(trips, 0.99).toFixed(2)} ms`,
  )
}

/** From the call until a packet of the client arrives behind the gateway. */
async function admissions(lab: Lab, gateway: NftablesGateway): Promise<number[]> {
  const probe = await lab.probe(client, 60)
  const samples: number[] = []
  for (let index = 0; index < SAMPLES; index++) {
    const session = `admit-${index}`
    const arrived = probe.first()
    const asked = monotonicMs()
    await gateway.open({ session, until: Date.now() + HOUR, quota: PLENTY, clientAddress: client })
    samples.push((await arrived) - asked)
    const stopped = probe.last()
    await gateway.close(session)
    await stopped
  }
  await probe.end()
  return samples
}

const crowdAddress = (index: number) => `10.80.${index >> 8}.${index & 255}`

/** Ten thousand clients who have paid; none of them sends. */
async function admitCrowd(lab: Lab, gateway: NftablesGateway): Promise<() => Promise<unknown>> {
  const clients = Array.from({ length: CLIENTS }, (_, index) => ({
    session: `crowd-${index}`,
    at: crowdAddress(index),
  }))
  const mac = (index: number) =>
    `02:00:00:00:${(index >> 8).toString(16).padStart(2, '0')}:${(index & 255).toString(16).padStart(2, '0')}`
  const lines = clients.map(({ at }, index) => `neigh replace ${at} lladdr ${mac(index)} dev lan0 nud permanent`)
  lab.in('gateway', 'ip -batch -', `${lines.join('\n')}\n`)
  const until = Date.now() + HOUR
  const opening = clients.map(({ session, at }) => gateway.open({ session, until, quota: PLENTY, clientAddress: at }))
  note(`${CLIENTS} admissions: ${((await seconds(() => Promise.all(opening))) * 1e3).toFixed(0)} ms`)
  let paid = PLENTY
  return () => {
    // As after a voucher: a later end and a higher quota.
    paid += 1n
    return Promise.all(clients.map(({ session }) => gateway.extend(session, Date.now() + HOUR, paid)))
  }
}

/** Times of the batches, with what they cost both processes and how long the machine took for 20 ms of work just before. */
async function renewals(helper: ChildProcess, renewAll: () => Promise<unknown>): Promise<number[]> {
  const batches: number[] = []
  for (let round = 0; round < WARM_UP + BATCHES; round++) {
    const slow = slowness()
    const [node, before] = [process.cpuUsage(), helperMs(helper)]
    batches.push((await seconds(renewAll)) * 1e3)
    const { user, system } = process.cpuUsage(node)
    note(
      `batch ${round}: ${batches.at(-1)?.toFixed(0)} ms; processor: node ${((user + system) / 1e3).toFixed(0)}, helper ${helperMs(helper) - before} ms; control: work takes ${slow.toFixed(1)} times as long as on a free core`,
    )
    await pause(200)
  }
  return batches.slice(WARM_UP)
}

/** Work of 20 ms of processor time: its duration in these units. */
function slowness(): number {
  const [start, begun] = [process.cpuUsage(), monotonicMs()]
  const spent = () => {
    const { user, system } = process.cpuUsage(start)
    return (user + system) / 1e3
  }
  while (spent() < 20);
  return (monotonicMs() - begun) / spent()
}

/** Processor time of the helper so far, in steps of 10 ms (proc(5): fields 14 and 15, in ticks). */
function helperMs({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return 10 * (Number(fields[11]) + Number(fields[12]))
}

/** Kills node and helper while a client has paid, and tells how far from the paid end its last packet came. */
async function cutOnce(lab: Lab): Promise<number> {
  const helper = await lab.helper()
  const probe = await lab.probe(client)
  const flowing = probe.first()
  const node = spawn(process.execPath, [NODE, lab.socket, client, '1200'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const end = Number((await saying(node, 'stdout', '.')).trim())
  await flowing
  const over = probe.last()
  await Promise.all([ended(node, 'SIGKILL'), ended(helper, 'SIGKILL')])
  const distance = Math.abs((await over) - end)
  await probe.end()
  return distance
}

/** What our counter says beside what iperf3 says it sent; the control connection is counted by a rule of the benchmark. */
async function countErrors(lab: Lab, gateway: NftablesGateway): Promise<{ udp: number; tcp: number }> {
  const measure = async (words: string, expected: (traffic: ReturnType<typeof send>) => number) => {
    lab.in(
      'gateway',
      'nft add table inet cn4_control; nft flush table inet cn4_control; nft delete table inet cn4_control',
    )
    lab.in('gateway', CONTROL_COUNT)
    await gateway.open({ session: words, until: Date.now() + HOUR, quota: PLENTY, clientAddress: client })
    const traffic = send(lab, client, words)
    const { bytesUp } = await gateway.close(words)
    const control = words.includes('-u') ? controlBytes(lab) : 0
    return Math.abs(Number(bytesUp) - control - expected(traffic)) / expected(traffic)
  }
  return {
    udp: await measure('-u -b 60M -l 1200 -t 2', ({ bytes, packets }) => bytes + packets * UDP_HEADERS + UDP_GREETING),
    tcp: await measure('-t 2', ({ bytes }) => bytes),
  }
}

const CONTROL_COUNT =
  'nft add table inet cn4_control; nft add chain inet cn4_control f "{ type filter hook forward priority -10; }"; nft add rule inet cn4_control f iifname lan0 meta l4proto tcp counter'

function controlBytes(lab: Lab): number {
  return Number(/bytes (\d+)/.exec(lab.in('gateway', 'nft list table inet cn4_control'))?.[1] ?? Number.NaN)
}

/** Windows alternate between both networks, so that a busy machine hits both alike; medians are compared. */
async function throughputRatio(lab: Lab, gateway: NftablesGateway): Promise<number> {
  const plain = createLab('plain')
  try {
    await serveIperf(plain)
    const rules = `table inet plain {
      chain forward { type filter hook forward priority 0; policy drop; iifname lan0 oifname wan0 accept; iifname wan0 oifname lan0 accept; }
      chain hide { type nat hook postrouting priority srcnat; oifname wan0 masquerade; }
    }`
    plain.in('gateway', 'nft -f -', rules)
    await gateway.open({ session: 'fast', until: Date.now() + HOUR, quota: PLENTY, clientAddress: client })
    const rates: Record<'ours' | 'plain', number[]> = { ours: [], plain: [] }
    for (let window = 0; window <= WINDOWS; window++) {
      const [ours, control] = [send(lab, client, '-t 1'), send(plain, client, '-t 1')]
      note(`window ${window}: ours ${gigabits(ours)}, plain ${gigabits(control)} Gbit/s`)
      // The first of each warms up.
      if (window === 0) continue
      rates.ours.push(ours.bitsPerSecond)
      rates.plain.push(control.bitsPerSecond)
    }
    return percentile(rates.ours, 0.5) / percentile(rates.plain, 0.5)
  } finally {
    await plain.dispose()
  }
}

const gigabits = ({ bitsPerSecond }: { bitsPerSecond: number }) => (bitsPerSecond / 1e9).toFixed(2)

async function run(): Promise<void> {
  const lab = createLab('bench')
  try {
    introduce(lab, client)
    const cuts: number[] = []
    for (let round = 0; round < 3; round++) cuts.push(await cutOnce(lab))
    note(`cuts: ${cuts.map(cut => cut.toFixed(1)).join(', ')} ms from the paid end`)
    const helper = await lab.helper()
    await serveIperf(lab)
    const gateway = gatewayOf(lab)
    await gateway.start()
    await noteRoundTrip(gateway)
    const samples = await admissions(lab, gateway)
    const counts = await countErrors(lab, gateway)
    const renewAll = await admitCrowd(lab, gateway)
    const batches = await renewals(helper, renewAll)
    const ratio = await throughputRatio(lab, gateway)
    await gateway.stop()
    printFigures({
      admitP50Ms: percentile(samples, 0.5),
      admitP99Ms: percentile(samples, 0.99),
      batch10kMs: percentile(batches, 0.5),
      cutMs: Math.max(...cuts),
      udpCountError: counts.udp,
      tcpCountError: counts.tcp,
      throughputRatio: ratio,
    })
  } finally {
    await lab.dispose()
  }
}

const missing = whyNoLab('iperf3')
if (missing === undefined) await run()
else {
  note(`SKIPPED: ${missing}`)
  process.exitCode = 1
}
