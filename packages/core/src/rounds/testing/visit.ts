import { type KeySigner, sha256, signerFromSeed, verify } from '../../identity/index.js'
import { createApplication, memoryStorage } from '../../ledger/index.js'
import { allModules } from '../../ledger/testing/modules.js'
import { price } from '../../services/access/index.js'
import { decodeEnvelope, type Envelope, type Kind, signEnvelope } from '../../wire/index.js'
import { sessionIdOf } from '../check.js'

const AT = 1_700_000_000_000
const ROUND_MS = 3_000
const LID = 'demo'
const seeds = { client: '01'.repeat(32), provider: '02'.repeat(32) }
const client = signerFromSeed(new Uint8Array(32).fill(1))
const provider = signerFromSeed(new Uint8Array(32).fill(2))
const didOf = ({ kid }: KeySigner) => kid.slice(0, kid.indexOf('#'))
const parties = { client: didOf(client), provider: didOf(provider) }
const offered = { offer: '5d0d1b163423afd26ce5edbc366c78a3', offerVersion: 1 }
const terms = {
  tariff: { asset: 'credit', perGiB: '200000', perHour: '36000' },
  trialMs: 2_000,
  restMs: 1_000,
  toleranceBps: 500,
  toleranceBytes: '262144',
  maxUnpaid: '20000',
  maxUnpaidCap: '200000',
  shares: [],
}

/** A message of the visit, as it stands in `vectors/visit.json`. */
export interface Said {
  readonly name: string
  readonly kind: Kind
  readonly by: 'client' | 'provider'
  readonly payload: object
  readonly text: string
  readonly hash: string
}

function say(name: string, kind: Kind, signer: KeySigner, payload: object): Said {
  const text = signEnvelope(kind, { ...payload }, signer)
  return { name, kind, by: signer === client ? 'client' : 'provider', payload, text, hash: opened(text).hash }
}

function opened(text: string): Envelope {
  const envelope = decodeEnvelope(text, { sha256 })
  if (!envelope.ok) throw new Error(envelope.code)
  return envelope.value
}

/** Statement and voucher of one round, with what was carried since the session began. */
function paidRound(session: object, round: number, up: bigint, down: bigint): readonly Said[] {
  const elapsedMs = round * ROUND_MS
  const tariff = { asset: 'credit', perGiB: BigInt(terms.tariff.perGiB), perHour: BigInt(terms.tariff.perHour) }
  const owed = price({ bytes: up + down, elapsedMs }, tariff).toString()
  const at = AT + (round - 1) * ROUND_MS + 1_000
  const count = { bytesUp: up.toString(), bytesDown: down.toString(), elapsedMs, owed }
  const times = { at, paidUntil: AT + elapsedMs, due: at + 1_000 }
  const statement = say(`statement ${round}`, 'conet-statement+jwt', provider, {
    ...session,
    round,
    ...count,
    ...times,
  })
  const bytes = (up + down).toString()
  const promise = { asset: 'credit', round, owed, bytes, statement: statement.hash, shares: [] }
  return [statement, say(`voucher ${round}`, 'conet-voucher+jwt', client, { ...session, ...promise })]
}

function messages(): readonly Said[] {
  const [iat, exp, nonce] = [AT - 20, AT + 60_000, 'AAECAwQFBgcICQoLDA0ODw']
  const asked = { lid: LID, ...offered, provider: parties.provider, iat, exp, nonce }
  const request = say('request', 'conet-request+jwt', client, asked)
  const sid = sessionIdOf(request.hash)
  const session = { lid: LID, sid, ...parties }
  const access = { host: '192.0.2.1', port: 3128, protocols: ['http', 'socks5'], username: 'user', password: 'secret' }
  const control = { control: `/v1/sessions/${sid}/rounds`, at: AT, accessUntil: AT + terms.trialMs }
  const granted = { lid: LID, sid, ...offered, ...parties, terms, access, ...control }
  return [
    request,
    say('grant', 'conet-grant+jwt', provider, granted),
    ...paidRound(session, 1, 1_000n, 2_000_000n),
    ...paidRound(session, 2, 2_500n, 5_000_000n),
    say('close', 'conet-close+jwt', client, { ...session, reason: 'CLIENT_DONE', at: AT + 5_500 }),
  ]
}

/** What a ledger makes of the last voucher, and the proof of what the provider has then (LED-40 to LED-44). */
function settled(voucher: string) {
  const app = createApplication({ modules: allModules(), storage: memoryStorage(), sha256, verify })
  const genesis = {
    lid: LID,
    timeMs: AT,
    assets: [{ id: 'credit', issuer: parties.provider, decimals: 6 }],
    accounts: [{ owner: parties.client, asset: 'credit', amount: '1000000' }],
  }
  app.initGenesis(genesis)
  const before = app.info().appHash
  const block = { height: 1, timeMs: AT + 6_000, txs: [{ envelope: opened(voucher), verifiedWith: undefined }] }
  const { results, scheduled, appHash } = app.finalizeBlock(block)
  app.commit()
  const proof = app.prove(`accounts/account/${parties.provider}/credit`)
  return { genesis, genesisAppHash: before, txs: [voucher], results, scheduled, appHash, proof }
}

/** A visit of two rounds with fixed keys and times, and its settlement: what `vectors/visit.json` holds. */
export function visit() {
  const about =
    'Rules: docs/spec/rounds.md, docs/spec/ledger.md. A visit of two rounds and its settlement by the last voucher. `sid` is the first half of the hash of the request; `statement` of a voucher is the hash of the statement before it.'
  const said = messages()
  const last = said.findLast(({ kind }) => kind === 'conet-voucher+jwt')
  return { about, seeds, messages: said, ledger: settled(last?.text ?? '') }
}
