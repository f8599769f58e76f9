import { createHmac, timingSafeEqual } from 'node:crypto'
import { ok, type Result, reject } from '@conet/core/errors'
import type { Millis, UnixMillis } from '@conet/core/units'
import type { PortalCode } from './codes.js'
import type { PortalClient } from './contract.js'

/** Long enough to read the page and wait for money, short enough to be worth nothing later. */
export const TOKEN_LIFE_MS: Millis = 600_000
/** Spent tokens remembered; beyond that the oldest ones go, which are the first to expire. */
const REMEMBERED = 100_000
const MAC_BYTES = 32
const FORM = /^([0-9a-z]{1,11})\.([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/

export type TokenCode = Extract<PortalCode, `TOKEN_${string}`>

/** Gives a token back after a try that opened no session. */
export type Release = () => void

/**
 * Tokens that tie opening a session to the device that loaded the page: `<expiry>.<nonce>.<HMAC-SHA-256>` over those and the
 * device's addresses. Nothing is kept of a token before it is used; the key lives as long as the process.
 */
export class PortalTokens {
  readonly #key: Uint8Array
  readonly #random: (size: number) => Uint8Array
  /** Nonce → expiry of tokens in use or spent. */
  readonly #used = new Map<string, UnixMillis>()

  constructor(random: (size: number) => Uint8Array) {
    this.#random = random
    this.#key = random(MAC_BYTES)
  }

  issue(client: PortalClient, nowMs: UnixMillis): string {
    const head = `${(nowMs + TOKEN_LIFE_MS).toString(36)}.${Buffer.from(this.#random(16)).toString('base64url')}`
    return `${head}.${this.#seal(head, client)}`
  }

  /**
   * Takes a token for opening one session.
   *
   * @returns how to give it back, or `TOKEN_MISSING`, `TOKEN_FORGED`, `TOKEN_EXPIRED`, `TOKEN_FOREIGN`, `TOKEN_USED`
   */
  take(text: string | undefined, client: PortalClient, nowMs: UnixMillis): Result<Release, TokenCode> {
    if (text === undefined || text === '') return reject('TOKEN_MISSING')
    const [, expiry = '', nonce = '', seal = ''] = FORM.exec(text) ?? []
    const head = `${expiry}.${nonce}`
    const given = Buffer.from(seal, 'base64url')
    if (given.length !== MAC_BYTES || !same(given.subarray(0, 16), this.#mac(head).subarray(0, 16))) {
      return reject('TOKEN_FORGED')
    }
    if (!same(given, this.#sealBytes(head, client))) return reject('TOKEN_FOREIGN')
    const until = Number.parseInt(expiry, 36)
    if (nowMs >= until) return reject('TOKEN_EXPIRED', { expiredAt: until })
    this.#forget(nowMs)
    if (this.#used.has(nonce)) return reject('TOKEN_USED')
    this.#used.set(nonce, until)
    return ok(() => void this.#used.delete(nonce))
  }

  #seal(head: string, client: PortalClient): string {
    return Buffer.from(this.#sealBytes(head, client)).toString('base64url')
  }

  /** 128 bits prove that the head is ours, 128 more that the token is this device's. */
  #sealBytes(head: string, { ip, mac = '' }: PortalClient): Uint8Array {
    const whose = this.#mac(JSON.stringify([head, ip, mac.toLowerCase()]))
    return Buffer.concat([this.#mac(head).subarray(0, 16), whose.subarray(0, 16)])
  }

  #mac(text: string): Buffer {
    return createHmac('sha256', this.#key).update(text).digest()
  }

  #forget(nowMs: UnixMillis): void {
    for (const [nonce, until] of this.#used) {
      if (until > nowMs && this.#used.size < REMEMBERED) return
      this.#used.delete(nonce)
    }
  }
}

const same = (one: Uint8Array, other: Uint8Array) => timingSafeEqual(one, other)
