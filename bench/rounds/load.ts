import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { Agent, request } from 'node:http'
import { didKeyUrl, encodeDidKey } from '@conet/core/identity'
import { WebSocket } from 'ws'
import { type FromLoad, LID, OFFER, TERMS } from './terms.js'

/** The clients: each pays every statement at once, with a key made beforehand. Nothing is measured here. */

const [portText = '0', provider = '', countText = '0'] = process.argv.slice(2)
const port = Number(portText)
const count = Number(countText)
/** Openings under way at once, and between the starts of two: the bench is about paying, not about a rush of openings. */
const WORKERS = 16
const OPEN_EVERY_MS = 2

interface Client {
  readonly key: KeyObject
  readonly kid: string
  readonly did: string
  readonly header: string
}

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

function makeClient(): Client {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
  const did = encodeDidKey(raw)
  const kid = didKeyUrl(did)
  return { key: privateKey, kid, did, header: encode({ alg: 'EdDSA', typ: 'conet-voucher+jwt', kid }) }
}

function sealed(header: string, payload: object, key: KeyObject): string {
  const input = `${header}.${encode(payload)}`
  return `${input}.${sign(null, Buffer.from(input), key).toString('base64url')}`
}

function requestOf({ key, kid }: Client): string {
  const now = Date.now()
  const nonce = randomBytes(16).toString('base64url')
  const payload = { lid: LID, offer: OFFER, offerVersion: 1, provider, iat: now, exp: now + 60_000, nonce }
  return sealed(encode({ alg: 'EdDSA', typ: 'conet-request+jwt', kid }), payload, key)
}

const agent = new Agent({ keepAlive: true, maxSockets: WORKERS })

function post(body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const call = request({ agent, host: '127.0.0.1', port, method: 'POST', path: '/v1/sessions', headers }, answer => {
      let text = ''
      answer.on('data', chunk => {
        text += String(chunk)
      })
      answer.on('end', () => (answer.statusCode === 201 ? resolve(text) : reject(new Error(text))))
    })
    call.on('error', reject)
    call.end(body)
  })
}

function voucherFor({ key, did, header }: Client, statement: string): string {
  const payload = JSON.parse(Buffer.from(statement.split('.')[1] ?? '', 'base64url').toString())
  const { sid, round, owed, bytesUp, bytesDown } = payload as Record<string, string>
  const hash = createHash('sha256')
    .update(statement.slice(0, statement.lastIndexOf('.')))
    .digest('hex')
  const bytes = String(BigInt(bytesUp ?? '0') + BigInt(bytesDown ?? '0'))
  // In the order of our own clients.
  const { asset } = TERMS.tariff
  const whole = { lid: LID, sid, client: did, provider, asset, round, owed, bytes, statement: hash, shares: [] }
  return sealed(header, whole, key)
}

async function open(client: Client): Promise<void> {
  const text = requestOf(client)
  const { grant } = JSON.parse(await post(JSON.stringify({ request: text }))) as { grant: string }
  const { control } = JSON.parse(Buffer.from(grant.split('.')[1] ?? '', 'base64url').toString())
  const socket = new WebSocket(`ws://127.0.0.1:${port}${control}`, 'conet.rounds.2', { perMessageDeflate: false })
  socket.on('message', data => {
    const frame = String(data)
    if (!frame.startsWith('{') && frame.startsWith(statementStart)) socket.send(voucherFor(client, frame))
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => {
      socket.send(text)
      resolve()
    })
    socket.once('error', reject)
  })
}

/** Base64url of `{"alg":"EdDSA","typ":"conet-statement`, cut to whole groups of three bytes. */
const statementStart = Buffer.from('{"alg":"EdDSA","typ":"conet-statemen').toString('base64url')

async function main(): Promise<void> {
  const clients = Array.from({ length: count }, makeClient)
  let nextAt = performance.now()
  const worker = async () => {
    for (let client = clients.pop(); client !== undefined; client = clients.pop()) {
      nextAt += OPEN_EVERY_MS
      const wait = nextAt - performance.now()
      if (wait > 0) await new Promise(resolve => setTimeout(resolve, wait))
      await open(client)
    }
  }
  await Promise.all(Array.from({ length: WORKERS }, worker))
  process.send?.({ type: 'open', sessions: count } satisfies FromLoad)
}

process.once('disconnect', () => process.exit(0))
main().catch((error: unknown) => {
  process.send?.({ type: 'failed', why: error instanceof Error ? error.message : String(error) } satisfies FromLoad)
})
