import { ConetError, type Rejection } from '@conet/core/errors'
import { LIGHT_CODES, type LightCode } from './codes.js'
import { headerHash } from './header.js'
import { bytesToHex, hexToBytes } from './hex.js'
import { parseLightBlock } from './parse.js'
import type { Counting, HeaderSource, LightBlock, LightCrypto, TrustOptions, TrustRoot } from './types.js'
import { same, validatorSet } from './validators.js'
import { refuseExpired, refuseHeader, verifyFirst, verifyNext } from './verify.js'

/** The founders sign up to here: what the first block changes of their set acts from the third on. */
const FOUNDING = 2

export interface LightClientOptions extends TrustOptions {
  readonly root: TrustRoot
  /** The node that is asked. */
  readonly source: HeaderSource
  /** Other owners' nodes that must have the same headers; at least one must confirm. */
  readonly witnesses: readonly HeaderSource[]
  readonly crypto: LightCrypto
}

/**
 * Believes a header if more than 2/3 of the validators signed it, following the changes of their set from what was trusted
 * at first, and if another node has the same one. No single node is trusted.
 *
 * @see docs/spec/governance.md GOV-50 to GOV-54
 */
export class LightClient {
  readonly #options: LightClientOptions
  /** Verified headers in order of height. */
  #trusted: LightBlock[] = []

  constructor(options: LightClientOptions) {
    this.#options = options
  }

  /** The newest verified header: a root for next time. `undefined` before the first call of `header`. */
  get newest(): LightBlock | undefined {
    return this.#trusted.at(-1)
  }

  /**
   * The verified header that a node gives for a height.
   *
   * @throws ConetError with a code of `LIGHT_CODES`, and what the sources throw
   */
  async header(height: number, counting: Counting = 'engine'): Promise<LightBlock> {
    const { source } = this.#options
    const target = await this.#fetch(source, height, counting)
    const verified = await this.#verify(source, target)
    await this.#confirm(verified)
    return verified
  }

  async #verify(source: HeaderSource, target: LightBlock): Promise<LightBlock> {
    if (this.#trusted.length === 0) this.#trusted.push(await this.#first(source, target))
    const [known] = this.#trusted.filter(({ header }) => header.height === target.header.height)
    if (known !== undefined) return this.#equal(known, target, source)
    let trusted = this.#trusted.filter(({ header }) => header.height < target.header.height).at(-1)
    if (trusted === undefined) throw refused(reject('HEADER_TOO_OLD', target), source)
    const goals = [target]
    for (let goal = goals.at(-1); goal !== undefined; goal = goals.at(-1)) {
      const next = verifyNext(trusted, goal, this.#options, this.#options.crypto)
      if (next.ok) {
        trusted = next.value
        goals.pop()
        this.#keep(trusted)
      } else if (next.code === 'TRUST_SHORT') {
        const middle = Math.floor((trusted.header.height + goal.header.height) / 2)
        goals.push(await this.#fetch(source, middle, 'engine'))
      } else throw refused(next, source)
    }
    return trusted
  }

  /** What is trusted at first, by the root. */
  async #first(source: HeaderSource, target: LightBlock): Promise<LightBlock> {
    const { root, crypto } = this.#options
    if ('verified' in root) return parseLightBlock(root.verified, crypto)
    if ('validators' in root) {
      const block = target.header.height <= FOUNDING ? target : await this.#founding(source)
      const first = verifyFirst(validatorSet(root.validators, crypto.sha256), block, this.#options, crypto)
      if (!first.ok) throw refused(first, source)
      return first.value
    }
    const block = await this.#fetch(source, root.height, 'engine')
    const wrong = refuseExpired(block, this.#options) ?? refuseHeader(block, this.#options, crypto)
    if (wrong !== undefined) throw refused(wrong, source)
    const told = hexToBytes(root.hash)
    if (!same(headerHash(block.header, crypto.sha256), told)) throw refused(reject('COMMIT_WRONG', block), source)
    return block
  }

  /** The earliest header with a time of its own: the first one has that of the genesis, which may be long ago. */
  async #founding(source: HeaderSource): Promise<LightBlock> {
    const json = await source.signedHeader(FOUNDING, 'engine')
    return json === undefined ? await this.#fetch(source, 1, 'engine') : parseLightBlock(json, this.#options.crypto)
  }

  /** Another node must have it too. One that proves another header shows a fork; one that cannot is not believed. */
  async #confirm(verified: LightBlock): Promise<void> {
    const { witnesses } = this.#options
    let confirmed = 0
    for (const witness of witnesses) {
      const answer = await this.#fetch(witness, verified.header.height, 'engine').catch(() => undefined)
      if (answer === undefined) continue
      if (this.#sameHeader(answer, verified)) confirmed++
      else if (await this.#provenBy(witness, answer)) throw forked(verified, witness)
    }
    if (confirmed > 0) return
    throw refused(reject('WITNESS_MISSING', verified), this.#options.source)
  }

  /** Whether a witness can prove its header from what we trust: then two are signed. */
  async #provenBy(witness: HeaderSource, block: LightBlock): Promise<boolean> {
    const other = new LightClient({ ...this.#options, source: witness, witnesses: [] })
    return other.#verify(witness, block).then(
      () => true,
      (error: unknown) => error instanceof ConetError && error.code === 'LEDGER_FORKED',
    )
  }

  #sameHeader(a: LightBlock, b: LightBlock): boolean {
    const { sha256 } = this.#options.crypto
    return same(headerHash(a.header, sha256), headerHash(b.header, sha256))
  }

  /** Another header of a height that is verified already: a fork only if the same validators signed it, else a lie. */
  #equal(known: LightBlock, given: LightBlock, source: HeaderSource): LightBlock {
    if (this.#sameHeader(known, given)) return known
    const signed = verifyFirst(known.validators, given, this.#options, this.#options.crypto)
    throw signed.ok ? forked(known, source) : refused(signed, source)
  }

  #keep(block: LightBlock): void {
    this.#trusted = [...this.#trusted, block].sort((a, b) => a.header.height - b.header.height)
  }

  async #fetch(source: HeaderSource, height: number, counting: Counting): Promise<LightBlock> {
    const json = await source.signedHeader(height, counting)
    if (json === undefined) {
      const message = `${source.name} has no signed header for height ${height}`
      throw new ConetError('HEADER_MISSING', message, { verdict: 'retry', data: { height } })
    }
    const block = parseLightBlock(json, this.#options.crypto)
    if (counting === 'engine' && block.header.height !== height) throw refused(reject('COMMIT_WRONG', block), source)
    return block
  }
}

/** Hash of a header in lower-case hex: what people read to each other. */
export function hashOf({ header }: LightBlock, { sha256 }: Pick<LightCrypto, 'sha256'>): string {
  return bytesToHex(headerHash(header, sha256))
}

const WHY: Readonly<Partial<Record<LightCode, string>>> = {
  CHAIN_WRONG: 'is of another ledger; is it the right node, and the right genesis?',
  TRUST_EXPIRED:
    'can no longer be verified: what was trusted is too old. Ask a member you trust for a recent height and hash',
  WITNESS_MISSING: 'is confirmed by no other node: name another owner’s node as witness',
  HEADER_TOO_OLD: 'lies before everything that is trusted',
  POWER_SHORT: 'is not signed by more than 2/3 of the validators',
}

function reject(code: LightCode, { header }: LightBlock): Rejection<LightCode> {
  return { ok: false, code, data: { height: header.height } }
}

function refused({ code, data }: Rejection<LightCode>, source: HeaderSource): ConetError {
  const why = WHY[code] ?? `is not to be believed (${code})`
  const message = `header ${data.height ?? ''} of ${source.name} ${why}`
  return new ConetError(code, message, { verdict: LIGHT_CODES[code], data: { ...data, node: source.name } })
}

function forked({ header }: LightBlock, source: HeaderSource): ConetError {
  const message = `two headers of height ${header.height} are signed: ${source.name} has another one. Trust neither; tell the members`
  return new ConetError('LEDGER_FORKED', message, {
    verdict: 'punish',
    data: { height: header.height, node: source.name },
  })
}
