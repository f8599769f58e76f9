import { createHash } from 'node:crypto'
import { request } from 'node:http'
import { type ConnectionSummary, NodeApi, nodePorts, openConnection, walletFromSeed } from '@conet/client'
import { ConetError } from '@conet/core/errors'
import type { Consortium } from './consortium.js'
import { originDigest } from './origin.js'

/** What a visit must reach. */
export const ROUNDS = 5
export const BYTES = 20 * 2 ** 20
/** One fetch takes about one round of the demo's offers. */
const PART_BYTES = 4 * 2 ** 20
const PART_SECONDS = 3
const MOST_PARTS = 40

export interface Visit {
  readonly summary: ConnectionSummary
  /** Payload bytes of the bodies, every one checked. */
  readonly bodyBytes: number
}

/**
 * Plays one visit through the household: fetches through the local proxy until at least five rounds are paid and 20 MiB
 * have come, every part compared with what the origin must have sent.
 *
 * @throws ConetError `BODY_WRONG`, and what the connection throws
 */
export async function visit(consortium: Consortium, tell: (line: string) => void): Promise<Visit> {
  const household = consortium.nodes.get('household')
  const offer = household?.offers().get('access')
  if (household === undefined || offer === undefined)
    throw new ConetError('OFFER_UNKNOWN', 'the household has no offer')
  let rounds = 0
  const connection = await openConnection({
    api: new NodeApi(household.url, { ports: nodePorts }),
    wallet: walletFromSeed(consortium.visitor.seed, nodePorts),
    offer,
    onEvent: event => {
      if (event.type === 'session' && event.event.type === 'paid') rounds = Math.max(rounds, event.event.round)
    },
  })
  let bodyBytes = 0
  let failed: unknown
  try {
    const { host, port } = consortium.origin
    for (let part = 0; (bodyBytes < BYTES || rounds < ROUNDS) && part < MOST_PARTS; part += 1) {
      const url = `http://${host}:${port}/bytes/${PART_BYTES}?seconds=${PART_SECONDS}`
      bodyBytes += await fetchThrough(connection.address, url)
      tell(`${rounds} rounds paid, ${bodyBytes / 2 ** 20} MiB`)
    }
  } catch (error) {
    failed = error
  }
  const summary = await connection.stop()
  if (failed !== undefined) throw failed
  return { summary, bodyBytes }
}

/** One GET through an HTTP proxy; the body is hashed as it comes. */
function fetchThrough(proxy: { host: string; port: number }, url: string): Promise<number> {
  return new Promise((done, fail) => {
    const options = { ...proxy, path: url, headers: { host: new URL(url).host }, agent: false }
    const outgoing = request(options, response => {
      const hash = createHash('sha256')
      let bytes = 0
      response.on('data', (chunk: Buffer) => {
        hash.update(chunk)
        bytes += chunk.length
      })
      response.on('error', fail)
      response.on('end', () => {
        if (hash.digest('hex') === originDigest(PART_BYTES)) return done(bytes)
        fail(
          new ConetError(
            'BODY_WRONG',
            `${url} answered ${response.statusCode} with ${bytes} other bytes than it holds`,
          ),
        )
      })
    })
    outgoing.on('error', fail)
    outgoing.end()
  })
}
