import { type ChildProcess, fork } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { note, option, percentile, printFigures } from './lib.js'
import { acctLine, authLine, type Credential, credentials, pour } from './radius/clients.js'
import type { Ready } from './radius/node.js'
import { freePort, type RadiusServer, SECRET, startRadius } from './radius/server.js'

/**
 * Stations through FreeRADIUS and a whole node: PAP and EAP-TTLS authentications and accounting per second, and how long a
 * station waits for its refusal when the node hangs or is dead. radclient and eapol_test are the stations, on the same machine. The
 * control is the same FreeRADIUS in front of a bare HTTP server that accepts everybody.
 *
 * Limits: PAP ≥ 2,000/s, EAP-TTLS ≥ 80/s, dead node ≤ 2,000 ms.
 */

const STATIONS = option('stations', 100)
const REPEATS = option('repeats', 60)
/** eapol_test rests a tenth of a second between two authentications: only many at once keep the server busy. */
const SUPPLICANTS = option('supplicants', 32)
const AGAIN = option('again', 14)
const PARALLEL = 64
/** Stations that come for the first time: a session is opened for each, and what takes longer than a second is refused. */
const ENTERING = 4
const PASSES = 5

async function startNode(port: number): Promise<{ child: ChildProcess; ready: Ready }> {
  const child = fork(fileURLToPath(new URL('./radius/node.js', import.meta.url)), [String(port)])
  const ready = await new Promise<Ready>((resolve, reject) => {
    child.once('message', message => resolve(message as Ready))
    child.once('exit', code => reject(new Error(`the node ended with code ${code}`)))
  })
  return { child, ready }
}

async function radclient(
  server: RadiusServer,
  kind: 'auth' | 'acct',
  lines: readonly string[],
  repeats: number,
  parallel = PARALLEL,
): Promise<number> {
  const to = `127.0.0.1:${server[kind]}`
  const start = performance.now()
  const code = await pour(
    'radclient',
    ['-q', '-c', String(repeats), '-p', String(parallel), '-t', '5', to, kind, SECRET],
    lines.join('\n\n'),
  )
  if (code !== 0) throw new Error(`radclient ${kind}: not every request was answered as it should be (code ${code})`)
  return (lines.length * repeats * 1_000) / (performance.now() - start)
}

/** On a machine that is busy with other things some are refused for the time it takes; they come again, as stations do. */
async function enter(server: RadiusServer, lines: readonly string[]): Promise<number> {
  const start = performance.now()
  for (let pass = 1; ; pass++) {
    try {
      await radclient(server, 'auth', lines, 1, ENTERING)
      return (lines.length * 1_000) / (performance.now() - start)
    } catch (error) {
      if (pass === PASSES) throw error
      note('some were refused: the node took more than a second; again …')
    }
  }
}

/** Each supplicant authenticates again and again, with a full TLS handshake each time. */
async function eapTtls(server: RadiusServer, stations: readonly Credential[]): Promise<number> {
  const start = performance.now()
  const codes = await Promise.all(
    stations.slice(0, SUPPLICANTS).map(({ user, password, station }, index) => {
      const path = join(tmpdir(), `conet-bench-eapol-${process.pid}-${index}.conf`)
      const identity = `identity="${user}"\n password="${password}"\n anonymous_identity="anonymous"`
      const how = `key_mgmt=WPA-EAP\n eap=TTLS\n phase2="auth=PAP"\n ca_cert="${server.certificate}"`
      writeFileSync(path, `network={\n ${how}\n ${identity}\n}\n`)
      const to = ['-a', '127.0.0.1', '-p', String(server.auth), '-s', SECRET]
      const done = pour('eapol_test', [
        '-c',
        path,
        ...to,
        '-M',
        station.replaceAll('-', ':'),
        '-r',
        String(AGAIN),
        '-t',
        '30',
      ])
      return done.finally(() => rmSync(path))
    }),
  )
  if (codes.some(code => code !== 0)) throw new Error(`eapol_test failed: ${codes.join(' ')}`)
  return (SUPPLICANTS * (AGAIN + 1) * 1_000) / (performance.now() - start)
}

async function refusedMs(server: RadiusServer, station: Credential): Promise<number> {
  const start = performance.now()
  const to = `127.0.0.1:${server.auth}`
  const code = await pour('radclient', ['-q', '-t', '10', '-r', '1', to, 'auth', SECRET], authLine(station))
  if (code === 0) throw new Error('a station was let in without a node')
  return performance.now() - start
}

/** The longest of three while the node hangs, and of three after it was killed. */
async function deadNode(server: RadiusServer, child: ChildProcess, station: Credential): Promise<number> {
  const waits: number[] = []
  child.kill('SIGSTOP')
  for (let count = 0; count < 3; count++) waits.push(await refusedMs(server, station))
  const gone = new Promise(resolve => child.once('exit', resolve))
  child.kill('SIGKILL')
  await gone
  for (let count = 0; count < 3; count++) waits.push(await refusedMs(server, station))
  return percentile(waits, 1)
}

/** FreeRADIUS alone: whatever it asks is answered at once. */
async function control(lines: readonly string[]): Promise<number> {
  const body = JSON.stringify({ 'control:Auth-Type': 'Accept', 'reply:Session-Timeout': 30 })
  const bare = createServer((request, response) => {
    request.resume()
    response.writeHead(200, { 'content-type': 'application/json' }).end(body)
  })
  await new Promise<void>(resolve => bare.listen(0, '127.0.0.1', resolve))
  const address = bare.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const server = await startRadius(`http://127.0.0.1:${port}`, 'key-of-the-bare-server')
  try {
    return await radclient(server, 'auth', lines, REPEATS)
  } finally {
    await server.stop()
    bare.closeAllConnections()
    bare.close()
  }
}

async function main(): Promise<void> {
  const port = await freePort()
  const { child, ready } = await startNode(port)
  const server = await startRadius(`http://127.0.0.1:${port}`, readFileSync(ready.keyFile, 'utf8').trim())
  try {
    note(`leaving ${STATIONS} requests …`)
    const stations = await credentials(ready, STATIONS)
    const lines = stations.map(authLine)
    note('entering for the first time, then authenticating again …')
    const enteredPerSecond = await enter(server, lines)
    const papPerSecond = await radclient(server, 'auth', lines, REPEATS)
    const accountingPerSecond = await radclient(server, 'acct', stations.map(acctLine), REPEATS)
    note('EAP-TTLS …')
    const eapTtlsPerSecond = await eapTtls(server, stations)
    note('FreeRADIUS in front of a bare server …')
    const barePapPerSecond = await control(lines)
    note('a node that hangs, and one that is dead …')
    const [someone] = stations
    if (someone === undefined) throw new Error('--stations must be at least 1')
    const deadNodeRefusedMs = await deadNode(server, child, someone)
    printFigures({
      ...{ papPerSecond, eapTtlsPerSecond, deadNodeRefusedMs, accountingPerSecond },
      ...{ enteredPerSecond, barePapPerSecond, papRatio: papPerSecond / barePapPerSecond },
    })
  } finally {
    await server.stop()
    child.kill('SIGKILL')
    rmSync(join(ready.keyFile, '..'), { recursive: true, force: true })
  }
}

await main()
process.exit(0)
