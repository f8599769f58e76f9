import { createHash } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { type Duplex, duplexPair } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import type { AccessPoint as Access } from '@conet/core/rounds'
import { ATTRIBUTE, DISCONNECT } from '../packet.js'
import { ask, type Written } from './ask.js'
import { attributeText, type FakeNas, fakeNas } from './nas.js'

const RETRY_MS = 30
/** It reports after each frame, so that the gateway knows at once what a real one tells once a minute. */
const FRAME = 16_384

/** A service behind the access point. */
interface Target {
  readonly host: string
  readonly port: number
}

/** One station: its port is open or closed; what it sends waits while it is closed. */
class Station {
  readonly mac: string
  readonly #ap: FakeAccessPoint
  readonly #access: Pick<Access, 'username' | 'password'>
  readonly #opened: (() => void)[] = []
  readonly #flows: (() => void)[] = []
  acctId = ''
  #seq = 0
  #up = 0
  #down = 0
  #on = false
  #timer: NodeJS.Timeout | undefined

  constructor(ap: FakeAccessPoint, access: Pick<Access, 'username' | 'password'>) {
    this.#ap = ap
    this.#access = access
    const hash = createHash('sha256').update(access.username).digest('hex')
    this.mac = `02-${hash.slice(0, 10).replace(/(..)(?=.)/g, '$1-')}`
  }

  async join(): Promise<void> {
    const { username, password } = this.#access
    const told = await this.#ap.ask('authorize', {
      'User-Name': username,
      'User-Password': password,
      'Calling-Station-Id': this.mac,
      'NAS-IP-Address': '127.0.0.1',
    })
    if (told.status !== 200) throw new Error(String(told.body['reply:Reply-Message']))
    clearTimeout(this.#timer)
    const seconds = Number(told.body['reply:Session-Timeout'])
    this.#timer = setTimeout(() => void this.join().catch(() => this.#leave()), seconds * 1_000)
    if (this.#on) return
    this.#on = true
    this.acctId = `${this.mac}-${++this.#seq}`
    this.#up = 0
    this.#down = 0
    await this.#report('Start')
    for (const go of this.#opened.splice(0)) go()
  }

  /** The access point was told to throw it off: it reports, and the supplicant tries to come back. */
  async thrownOff(): Promise<void> {
    this.#on = false
    await this.#report('Stop')
    for (;;) {
      try {
        return await this.join()
      } catch (error) {
        if (!String(error).includes('QUOTA_USED')) return this.#leave()
      }
      await pause(RETRY_MS)
    }
  }

  flow(target: Target): Promise<Duplex> {
    const [device, inside] = duplexPair()
    const uplink = connect({ ...target })
    for (const stream of [device, inside, uplink]) stream.on('error', () => {})
    const end = () => {
      device.destroy()
      uplink.destroy()
    }
    this.#flows.push(end)
    void this.#pump(inside, uplink, 'up').catch(end)
    void this.#pump(uplink, inside, 'down').catch(end)
    return new Promise(resolve => uplink.once('connect', () => resolve(device)))
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#leave()
  }

  async #pump(from: Duplex, to: Duplex | Socket, way: 'up' | 'down'): Promise<void> {
    for await (const chunk of from as AsyncIterable<Buffer>) {
      for (let at = 0; at < chunk.length; at += FRAME) {
        const frame = chunk.subarray(at, at + FRAME)
        if (!this.#on) await new Promise<void>(resolve => this.#opened.push(resolve))
        if (way === 'up') this.#up += frame.length
        else this.#down += frame.length
        await this.#report('Interim-Update')
        if (!to.write(frame)) await new Promise(resolve => to.once('drain', resolve))
      }
    }
    to.end()
  }

  #leave(): void {
    clearTimeout(this.#timer)
    for (const end of this.#flows.splice(0)) end()
  }

  #report(status: string): Promise<unknown> {
    return this.#ap.ask('accounting', {
      'Acct-Status-Type': status,
      'Acct-Session-Id': this.acctId,
      'User-Name': this.#access.username,
      'Calling-Station-Id': this.mac,
      'NAS-IP-Address': '127.0.0.1',
      'Acct-Input-Octets': this.#up,
      'Acct-Output-Octets': this.#down,
    })
  }
}

/** An access point with stations behind it; its address is 127.0.0.1. */
export class FakeAccessPoint {
  readonly nas: FakeNas
  readonly #stations = new Map<string, Station>()
  readonly #target: { port: number; key: string } = { port: 0, key: '' }

  private constructor(nas: FakeNas) {
    this.nas = nas
  }

  static async open(secret: string): Promise<FakeAccessPoint> {
    const holder: { ap?: FakeAccessPoint } = {}
    const nas = await fakeNas(secret, packet => {
      const mac = attributeText(packet, ATTRIBUTE.callingStationId)
      const station = [...(holder.ap?.stations ?? [])].find(one => one.mac === mac)
      if (station === undefined) return { code: DISCONNECT.nak, errorCause: 503 }
      void station.thrownOff().catch(() => undefined)
      return { code: DISCONNECT.ack }
    })
    holder.ap = new FakeAccessPoint(nas)
    return holder.ap
  }

  get stations(): Iterable<Station> {
    return this.#stations.values()
  }

  /** Where its FreeRADIUS would ask. */
  asks(port: number, key: string): void {
    Object.assign(this.#target, { port, key })
  }

  ask(path: 'authorize' | 'accounting', attributes: Written) {
    return ask(this.#target.port, this.#target.key, path, attributes)
  }

  /** Joins with a session's credentials and opens a flow. @throws Error with the Reply-Message */
  async reach(access: Pick<Access, 'username' | 'password'>, target: Target): Promise<Duplex> {
    const station = this.#stations.get(access.username) ?? new Station(this, access)
    await station.join()
    this.#stations.set(access.username, station)
    return station.flow(target)
  }

  async close(): Promise<void> {
    for (const station of this.#stations.values()) station.close()
    await this.nas.close()
  }
}
