import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where the wired access point and its station are, as the test's machine reaches them. */
export interface Addresses {
  /** Of this machine on the access point's line. */
  readonly host: string
  /** Of the access point. */
  readonly point: string
}

const run = (args: readonly string[], input?: string) =>
  execFileSync('ip', args, { stdio: ['pipe', 'pipe', 'pipe'], ...(input !== undefined && { input }) }).toString()

/** @returns why namespaces cannot be made here, `undefined` if they can */
export function noNamespaces(): string | undefined {
  const name = `cnr-probe-${process.pid}`
  try {
    run(['netns', 'add', name])
    run(['netns', 'exec', name, 'nft', 'list', 'ruleset'])
    run(['netns', 'delete', name])
    return undefined
  } catch (error) {
    return `no network namespaces or nftables here (${error instanceof Error ? error.message.split('\n')[0] : error})`
  }
}

/** What came back of a ping every 100 ms. */
export interface Pinging {
  /** Unix milliseconds of the last answer; 0 before the first. */
  lastAt: number
  answers: number
}

/**
 * A switch with one port and a station on it, each in a namespace of its own: hostapd (wired driver) asks FreeRADIUS, and as that
 * driver does not block anything itself, nftables in the switch's namespace lets the port through when hostapd says so.
 *
 *     host ──── switch ═══ 802.1X port ═══ station
 *       └────────── other network ───────────┘   (taken away before the station joins)
 */
export class WiredPort {
  readonly addresses: Addresses
  readonly station: string
  readonly #dir: string
  readonly #id: string
  readonly #net: number
  readonly #switch: string
  readonly #children: ChildProcess[] = []
  /** Lines of hostapd about the port. */
  readonly log: { readonly at: number; readonly on: boolean }[] = []
  /** Successful authentications. */
  authentications = 0

  constructor(dir: string) {
    this.#dir = dir
    this.#id = String(process.pid % 10_000)
    this.#net = 1 + (process.pid % 250)
    this.#switch = `cnr-${this.#id}-a`
    this.station = `cnr-${this.#id}-s`
    this.addresses = { host: `10.213.${this.#net}.1`, point: `10.213.${this.#net}.2` }
  }

  open(): void {
    const [id, net] = [this.#id, this.#net]
    const { host, point } = this.addresses
    for (const name of [this.#switch, this.station]) {
      run(['netns', 'add', name])
      run(['-n', name, 'link', 'set', 'lo', 'up'])
    }
    this.#line(`cnr${id}h`, `${host}/30`, '', `cnr${id}m`, `${point}/30`, this.#switch)
    this.#line(`cnr${id}p`, `10.214.${net}.1/24`, this.#switch, `cnr${id}w`, `10.214.${net}.2/24`, this.station)
    this.#line(`cnr${id}o`, `10.215.${net}.1/30`, '', `cnr${id}n`, `10.215.${net}.2/30`, this.station)
    run(['-n', this.station, 'route', 'add', 'default', 'via', `10.214.${net}.1`])
    run(['-n', this.station, 'route', 'add', `${host}/32`, 'via', `10.215.${net}.1`])
    run(['route', 'add', `10.214.${net}.0/24`, 'via', point])
    this.#in(this.#switch, ['sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward'])
    const port = `iifname "cnr${id}p"`
    this.#nft(`table inet cnr {
      set on { type ether_addr; }
      chain gate { ${port} ether saddr @on accept; ${port} drop; }
      chain in { type filter hook input priority 0; jump gate; }
      chain through { type filter hook forward priority 0; jump gate; }
    }`)
  }

  /** The other network, over which the credential was fetched, is gone; the way is through the port now. */
  leaveOtherNetwork(): void {
    run(['link', 'delete', `cnr${this.#id}o`])
  }

  /** Starts hostapd on the port. */
  guard(radius: { auth: number; acct: number }, secret: string): void {
    const { host, point } = this.addresses
    const server = (kind: string, port: number) => [
      `${kind}_server_addr=${host}`,
      `${kind}_server_port=${port}`,
      `${kind}_server_shared_secret=${secret}`,
    ]
    const lines = [
      `interface=cnr${this.#id}p`,
      ...['driver=wired', 'ieee8021x=1', 'use_pae_group_addr=1', 'eap_reauth_period=3600'],
      ...['logger_stdout=-1', 'logger_stdout_level=0', 'nas_identifier=switch'],
      `own_ip_addr=${point}`,
      ...server('auth', radius.auth),
      ...server('acct', radius.acct),
      ...['radius_das_port=3799', `radius_das_client=${host} ${secret}`],
      ...['radius_das_require_event_timestamp=1', 'radius_das_require_message_authenticator=1'],
    ]
    const path = join(this.#dir, 'hostapd.conf')
    writeFileSync(path, `${lines.join('\n')}\n`)
    const hostapd = this.#start(this.#switch, ['hostapd', path])
    hostapd.stdout?.on('data', chunk => this.#hear(String(chunk)))
  }

  /** Starts the station's supplicant with the network block of a credential. */
  join(block: string): ChildProcess {
    const wired = block.replace(/ {2}ssid=.*\n/, '').replace('key_mgmt=WPA-EAP', 'key_mgmt=IEEE8021X\n  eapol_flags=0')
    const path = join(this.#dir, 'wpa.conf')
    writeFileSync(path, `ap_scan=0\n${wired}\n`)
    return this.#start(this.station, ['wpa_supplicant', '-D', 'wired', '-i', `cnr${this.#id}w`, '-c', path])
  }

  /** Pings this machine from the station, through the port. */
  ping(): Pinging {
    const seen: Pinging = { lastAt: 0, answers: 0 }
    const ping = this.#start(this.station, ['ping', '-n', '-i', '0.1', this.addresses.host])
    ping.stdout?.on('data', chunk => {
      const answers = String(chunk).match(/bytes from/g)?.length ?? 0
      if (answers === 0) return
      seen.answers += answers
      seen.lastAt = Date.now()
    })
    return seen
  }

  /** The interface that the station joins with. */
  get stationInterface(): string {
    return `cnr${this.#id}w`
  }

  async end(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise(done => child.once('exit', done))
    child.kill('SIGTERM')
    await gone
  }

  async close(): Promise<void> {
    for (const child of this.#children) await this.end(child)
    // Lines go with the namespace of one of their ends.
    for (const name of [this.#switch, this.station]) {
      try {
        run(['netns', 'delete', name])
      } catch {
        // It was never made.
      }
    }
  }

  #hear(text: string): void {
    for (const line of text.split('\n')) {
      if (/ authorizing port/.test(line)) this.#set(true)
      // The wired driver says nothing of the port when a Disconnect-Request removes the station.
      if (/unauthorizing port|AP-STA-DISCONNECTED/.test(line)) this.#set(false)
      if (/authenticated - EAP type/.test(line)) this.authentications++
    }
  }

  #set(on: boolean): void {
    if (this.log.at(-1)?.on === on || (this.log.length === 0 && !on)) return
    this.log.push({ at: Date.now(), on })
    this.#nft(on ? `add element inet cnr on { ${this.#mac()} }` : 'flush set inet cnr on')
  }

  #mac(): string {
    const [link] = JSON.parse(run(['-n', this.station, '-j', 'link', 'show', `cnr${this.#id}w`])) as {
      address: string
    }[]
    return link?.address ?? ''
  }

  #line(left: string, leftIp: string, leftNs: string, right: string, rightIp: string, rightNs: string): void {
    run(['link', 'add', left, 'type', 'veth', 'peer', 'name', right, 'netns', rightNs])
    if (leftNs !== '') run(['link', 'set', left, 'netns', leftNs])
    const at = leftNs === '' ? [] : ['-n', leftNs]
    run([...at, 'address', 'add', leftIp, 'dev', left])
    run([...at, 'link', 'set', left, 'up'])
    run(['-n', rightNs, 'address', 'add', rightIp, 'dev', right])
    run(['-n', rightNs, 'link', 'set', right, 'up'])
  }

  #in(name: string, command: readonly string[]): void {
    run(['netns', 'exec', name, ...command])
  }

  #nft(text: string): void {
    run(['netns', 'exec', this.#switch, 'nft', '-f', '-'], text)
  }

  #start(name: string, command: readonly string[]): ChildProcess {
    const child = spawn('ip', ['netns', 'exec', name, ...command], { stdio: ['ignore', 'pipe', 'pipe'] })
    child.stderr?.resume()
    this.#children.push(child)
    return child
  }
}
