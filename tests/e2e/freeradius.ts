import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { conet, until } from './program.js'

/** Debian's programs that the test drives. */
const TOOLS = ['freeradius', 'radclient', 'eapol_test', 'openssl']
const PLACES = ['/usr/sbin', '/usr/bin', '/sbin', '/bin', '/usr/local/bin']

/** @returns why the suite cannot run here, `undefined` if it can */
export function missing(tools: readonly string[] = TOOLS): string | undefined {
  const absent = tools.filter(tool => !PLACES.some(place => existsSync(join(place, tool))))
  return absent.length === 0 ? undefined : `${absent.join(', ')} not installed (scripts/install.sh)`
}

export interface Ran {
  readonly code: number
  readonly output: string
  readonly ms: number
}

/** Runs a program to its end with text on its standard input. */
export function run(program: string, args: readonly string[], input = '', withinMs = 20_000): Promise<Ran> {
  const start = performance.now()
  return new Promise(done => {
    const child = execFile(program, args, { timeout: withinMs, maxBuffer: 2 ** 24 }, (_error, stdout, stderr) =>
      done({ code: child.exitCode ?? -1, output: stdout + stderr, ms: performance.now() - start }),
    )
    child.stdin?.end(input)
  })
}

/** A self-signed certificate for the test's FreeRADIUS. */
export function makeCertificate(dir: string): { readonly certificate: string; readonly key: string } {
  const [certificate, key] = [join(dir, 'radius.pem'), join(dir, 'radius.key')]
  const subject = ['-subj', '/CN=radius.conet.test', '-addext', 'subjectAltName=DNS:radius.conet.test']
  const how = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2']
  execFileSync('openssl', ['req', ...how, '-keyout', key, '-out', certificate, ...subject], { stdio: 'ignore' })
  return { certificate, key }
}

/** A FreeRADIUS of the test's own: files, ports and processes in its folder; the system's is never touched. */
export class FreeRadius {
  readonly auth: number
  readonly acct: number
  readonly #child: ChildProcess

  private constructor(ports: { auth: number; acct: number }, child: ChildProcess) {
    this.auth = ports.auth
    this.acct = ports.acct
    this.#child = child
  }

  /**
   * Makes the files by `conet radius files --alone`, then starts it.
   *
   * @param config - of the node that it asks
   */
  static async start(
    dir: string,
    config: string,
    key: string,
    ports: { auth: number; acct: number },
  ): Promise<FreeRadius> {
    const folder = join(dir, 'raddb')
    const made = ['--config', config, '--private-key', key, '--out', folder, '--alone']
    const numbers = ['--auth', String(ports.auth), '--acct', String(ports.acct)]
    const files = await conet(['radius', 'files', ...made, ...numbers])
    if (files.code !== 0) throw new Error(files.stderr)
    const child = spawn('freeradius', ['-d', folder, '-f'], { stdio: 'ignore' })
    const log = () => (existsSync(join(folder, 'radius.log')) ? readFileSync(join(folder, 'radius.log'), 'utf8') : '')
    await until(() => {
      if (child.exitCode !== null) throw new Error(`freeradius ended: ${log()}`)
      return log().includes('Ready to process requests')
    })
    return new FreeRadius(ports, child)
  }

  /** Sends one request by radclient. */
  client(kind: 'auth' | 'acct', attributes: Readonly<Record<string, string | number>>, secret: string): Promise<Ran> {
    const text = Object.entries(attributes).map(([name, value]) => {
      return `${name} = ${typeof value === 'number' || /^[A-Z][a-z]+(-[A-Z][a-z]+)?$/.test(value) ? value : `"${value}"`}`
    })
    const to = `127.0.0.1:${kind === 'auth' ? this.auth : this.acct}`
    return run('radclient', ['-x', '-t', '3', '-r', '1', to, kind, secret], `${text.join(', ')}\n`)
  }

  /** One EAP authentication by eapol_test, with a network block as a supplicant takes it. */
  async eap(dir: string, block: string, mac: string, secret: string): Promise<Ran> {
    const path = join(dir, 'eapol.conf')
    writeFileSync(path, `${block}\n`)
    const to = ['-a', '127.0.0.1', '-p', String(this.auth), '-s', secret]
    return run('eapol_test', ['-c', path, ...to, '-M', mac, '-t', '5'])
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return
    const gone = new Promise(done => this.#child.once('exit', done))
    this.#child.kill('SIGTERM')
    await gone
  }
}
