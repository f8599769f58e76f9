import type { Socket } from 'node:net'
import { FrameScanner, type RelayLimits } from '@conet/core/carry'
import { decodeDidKeyUrl } from '@conet/core/identity'
import { parseVoucher, type VoucherPayload } from '@conet/core/rounds'
import type { Amount, Bytes, Did, Millis } from '@conet/core/units'
import { checkSignature, decodeEnvelope } from '@conet/core/wire'
import type { Account } from './account.js'
import { endWhenSilent } from './line.js'
import type { Pace } from './pace.js'
import type { CarryRequest, RequestPorts } from './request.js'

/** Bytes wait this long for the voucher that pays for them: a round and its trial. */
const UNPAID_MS: Millis = 15_000

/** What a voucher brings to the relay. */
export interface Paid {
  readonly amount: Amount
  readonly asset: string
  /** The text, which anybody may settle. */
  readonly voucher: string
}

export interface CarriageOptions extends Pick<RequestPorts, 'sha256' | 'verify'> {
  readonly lid: string
  readonly request: CarryRequest
  /** Towards the terminal, and towards the exit. */
  readonly near: Socket
  readonly far: Socket
  readonly pace: Pace
  /** Of the terminal. */
  readonly account: Account
  readonly payee: Did
  /** Owner of the exit at the end of the path. */
  readonly provider: Did | undefined
  readonly shareBps: number
  readonly limits: RelayLimits
  readonly silentMs?: Millis
  readonly onCarried: (bytes: number, addresses: readonly string[]) => void
  readonly onPaid: (paid: Paid) => void
  readonly onEnd: (code: string, totals: { carried: Bytes; earned: Amount }) => void
}

/** One leg through this relay: bytes are passed as they come, counted, paced, and paid for by the vouchers seen. */
export class Carriage {
  readonly terminal: Did
  readonly #options: CarriageOptions
  readonly #notes = new FrameScanner(['note'])
  #carried = 0n
  #earned = 0n
  #held: NodeJS.Timeout | undefined
  #ended = false

  constructor(options: CarriageOptions) {
    this.#options = options
    this.terminal = options.request.terminal
  }

  start(): void {
    const { near, far } = this.#options
    this.#pass(near, far, chunk => this.#readNotes(chunk))
    this.#pass(far, near)
    for (const socket of [near, far]) {
      endWhenSilent(socket, this.#options.silentMs)
      socket.on('error', () => {})
      socket.once('close', () => this.end('CHANNEL_CLOSED'))
    }
  }

  /** Ends the leg without a word into the channel, which goes on elsewhere; `code` is told when the terminal comes again. */
  end(code: string): void {
    if (this.#ended) return
    this.#ended = true
    clearTimeout(this.#held)
    const { near, far, onEnd } = this.#options
    for (const socket of [near, far]) socket.destroySoon()
    onEnd(code, { carried: this.#carried, earned: this.#earned })
  }

  #pass(from: Socket, to: Socket, look: (chunk: Buffer) => void = () => {}): void {
    const { pace, onCarried } = this.#options
    const addresses = [from.localAddress ?? '', to.localAddress ?? '']
    from.on('data', (chunk: Buffer) => {
      look(chunk)
      if (this.#ended) return
      this.#carried += BigInt(chunk.length)
      this.#options.account.carried += BigInt(chunk.length)
      onCarried(chunk.length, addresses)
      const drained = to.write(chunk)
      const inPace = pace.take(chunk.length)
      this.#watchUnpaid()
      if (drained && inPace) return
      from.pause()
      const goOn = () => void (pace.take(0) ? from.resume() : pace.wait(from))
      if (drained) goOn()
      else to.once('drain', goOn)
    })
    from.resume()
  }

  #readNotes(chunk: Buffer): void {
    const frames = this.#notes.push(chunk)
    if (!frames.ok) this.end(frames.code)
    else for (const frame of frames.value) if (frame.type === 'note') this.#takeVoucher(frame.text)
  }

  /** Beyond the limit the leg lives on for one round: the voucher may be under way. */
  #watchUnpaid(): void {
    const { limits, shareBps } = this.#options
    if (shareBps === 0) return
    const { unpaid } = this.#options.account
    if (unpaid <= limits.unpaidBytes) {
      clearTimeout(this.#held)
      this.#held = undefined
    } else if (unpaid > 2n * limits.unpaidBytes) this.end('CARRY_UNPAID')
    else this.#held ??= setTimeout(() => this.end('CARRY_UNPAID'), UNPAID_MS).unref()
  }

  /** A voucher that does not pay this relay, or not for this exit, is somebody else's business: it is passed on and not counted. */
  #takeVoucher(text: string): void {
    const voucher = this.#readVoucher(text)
    if (voucher === undefined) return
    const { payee, shareBps } = this.#options
    const bps = voucher.shares.find(share => share.to === payee)?.bps ?? 0
    if (bps < shareBps) return
    const amount = this.#options.account.credit(voucher, bps)
    if (amount === undefined) return
    this.#earned += amount
    this.#options.onPaid({ amount, asset: voucher.asset, voucher: text })
    this.#watchUnpaid()
  }

  #readVoucher(text: string): VoucherPayload | undefined {
    const { sha256, verify, lid, provider } = this.#options
    const envelope = decodeEnvelope(text, { sha256, kinds: ['conet-voucher+jwt'] })
    if (!envelope.ok) return undefined
    const { kid } = envelope.value.header
    const key = decodeDidKeyUrl(kid)
    if (!key.ok || kid.slice(0, kid.indexOf('#')) !== this.terminal) return undefined
    if (!checkSignature(envelope.value, key.value, verify).ok) return undefined
    const voucher = parseVoucher(envelope.value.payload)
    if (!voucher.ok || voucher.value.lid !== lid || voucher.value.client !== this.terminal) return undefined
    if (voucher.value.provider !== provider) return undefined
    return voucher.value
  }
}
