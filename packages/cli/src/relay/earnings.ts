import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { ConetError } from '@conet/core/errors'
import { parseVoucher } from '@conet/core/rounds'
import { parseJsonObject } from '@conet/core/wire'

/** Settled, now or by somebody else before; `VOUCHER_BELOW`: a higher one of the same session was. */
const SETTLED: readonly string[] = ['OK', 'NOTHING_NEW', 'VOUCHER_BELOW']
/** The ledger will never pay these: keeping them would only make the file grow. Anything else is brought again. */
const LOST: readonly string[] = [
  'SESSION_CLOSED',
  'SESSION_EXPIRED',
  'ASSET_UNKNOWN',
  'CLIENT_MISMATCH',
  'PROVIDER_IS_CLIENT',
  'AMOUNT_OVERFLOW',
  'SHARES_MALFORMED',
]

/**
 * The highest voucher of each session that pays this relay, kept in a file: whoever holds it can have it settled, so a
 * relay need not trust the provider to do so.
 */
export class Earnings {
  readonly #path: string
  readonly #open: Map<string, string>

  constructor(path: string) {
    this.#path = path
    this.#open = new Map(read(path))
  }

  get open(): number {
    return this.#open.size
  }

  /** Keeps a voucher that replaces an earlier one of the same session, before the next bytes are carried for it. */
  keep(voucher: string): void {
    const sid = sessionOf(voucher)
    if (sid === undefined) return
    this.#open.set(sid, voucher)
    this.#write()
  }

  /**
   * Brings every voucher to the ledger.
   *
   * @param submit - hands a transaction to a node and returns the ledger's code
   * @returns how many were settled; those that can never be are given up
   */
  async settle(submit: (voucher: string) => Promise<string>): Promise<number> {
    let settled = 0
    let gone = 0
    for (const [sid, voucher] of [...this.#open]) {
      const code = await submit(voucher).catch(error => (error instanceof ConetError ? error.code : 'FAILED'))
      if (SETTLED.includes(code)) settled++
      else if (!LOST.includes(code)) continue
      if (this.#open.get(sid) === voucher && this.#open.delete(sid)) gone++
    }
    if (gone > 0) this.#write()
    return settled
  }

  #write(): void {
    mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 })
    writeFileSync(`${this.#path}.new`, JSON.stringify([...this.#open]), { mode: 0o600 })
    renameSync(`${this.#path}.new`, this.#path)
  }
}

function sessionOf(voucher: string): string | undefined {
  const payload = parseJsonObject(Buffer.from(voucher.split('.')[1] ?? '', 'base64url').toString('utf8'))
  const read = payload.ok ? parseVoucher(payload.value) : payload
  return read.ok ? `${read.value.client} ${read.value.sid}` : undefined
}

function read(path: string): readonly [string, string][] {
  let cause: unknown
  try {
    const kept: unknown = JSON.parse(readFileSync(path, 'utf8'))
    if (isPairs(kept)) return kept
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    cause = error
  }
  const message = `${path} holds unsettled vouchers but cannot be read; mend or move it.`
  throw new ConetError('EARNINGS_UNREADABLE', message, { cause })
}

function isPairs(value: unknown): value is [string, string][] {
  const isPair = (one: unknown) => Array.isArray(one) && one.length === 2 && one.every(part => typeof part === 'string')
  return Array.isArray(value) && value.every(isPair)
}
