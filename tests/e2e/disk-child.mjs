/**
 * Runs inside a private mount whose folder is small: starts a node there, fills the disk, looks, makes room, looks again.
 * Prints one JSON object for disk.test.ts.
 */
import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url))
const CLIENT = new URL('../../packages/client/dist/index.js', import.meta.url)
const { nodePorts, walletFromSeed } = await import(CLIENT.href)
const dir = process.argv[2]
const config = join(dir, 'config.yaml')
writeFileSync(config, JSON.stringify({ dataDir: join(dir, 'node'), api: { port: 0 }, log: { level: 'silent' } }))

async function up() {
  const child = spawn(process.execPath, [MAIN, 'up', '--json', '--config', config], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  // Whatever goes wrong here, no node stays behind.
  process.once('exit', () => child.kill('SIGKILL'))
  let text = ''
  for await (const chunk of child.stdout) {
    text += chunk
    if (text.includes('\n')) break
  }
  const { url } = JSON.parse(text)
  const end = signal =>
    new Promise(done => {
      child.once('exit', done)
      child.kill(signal)
    })
  return { url, end }
}

let node = await up()
const token = readFileSync(join(dir, 'node', 'admin.token'), 'utf8').trim()
const receiver = walletFromSeed(randomBytes(32), nodePorts).did
const sender = walletFromSeed(randomBytes(32), nodePorts)
let acknowledged = 0

async function post(path, body, headers = {}) {
  const response = await fetch(node.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(5_000),
  })
  const answer = await response.json()
  return answer.error?.code ?? answer.code
}

const refused = []

/** Sends one micro-credit; what was refused is kept to be sent again, the same text. */
async function transfer(tx = sender.signTransfer(lid, { to: receiver, asset: 'credit', amount: 1n })) {
  const code = await post('/v1/txs', { tx })
  if (code === 'OK') acknowledged += 1
  else refused.push(tx)
  return code
}

const { lid } = await (await fetch(`${node.url}/v1/node`)).json()
const fund = { to: sender.did, asset: 'credit', amount: '1000000' }
await post('/v1/wallet/transfer', fund, { authorization: `Bearer ${token}` })

async function balance() {
  const response = await fetch(`${node.url}/v1/accounts/${receiver}`)
  const { balances } = await response.json()
  return balances.find(one => one.asset === 'credit')?.balance ?? '0'
}

for (let count = 0; count < 20; count += 1) await transfer()
const ballast = join(dir, 'ballast')
// To the last byte: large pieces first.
for (const size of [2 ** 20, 2 ** 14, 512]) {
  try {
    for (;;) writeFileSync(ballast, Buffer.alloc(size, 1), { flag: 'a' })
  } catch {
    // No room for a piece of this size.
  }
}
const all = []
for (let count = 0; count < 60 && !all.slice(-3).some(code => code !== 'OK'); count += 1) all.push(await transfer())
const whileFull = []
for (let count = 0; count < 5; count += 1) whileFull.push(await transfer())
const healthyWhileFull = (await fetch(`${node.url}/healthz`)).status < 600
rmSync(ballast)
const again = []
for (const tx of refused.splice(0)) {
  for (let count = 0; count < 40; count += 1) {
    const code = await transfer(tx)
    if (code === 'OK') break
    await new Promise(done => setTimeout(done, 250))
  }
  again.push(tx)
}
const balanceNow = await balance()
await node.end('SIGKILL')
node = await up()
const balanceAfterRestart = await balance()
await node.end('SIGINT')
const verified = await new Promise(done =>
  execFile(process.execPath, [MAIN, 'verify', '--json', join(dir, 'node', 'ledger')], error => done(error === null)),
)
const seen = {
  whileFull,
  healthyWhileFull,
  sentAgain: again.length,
  acknowledged,
  balance: balanceNow,
  balanceAfterRestart,
  verified,
}
console.log(JSON.stringify(seen))
