import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { renderAlone } from '@conet/gateway/radius'

export const SECRET = 'secret-of-the-bench'

/** A UDP port that nobody has at the moment. */
export function freePort(): Promise<number> {
  return new Promise(resolve => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1', () => {
      const { port } = socket.address()
      socket.close(() => resolve(port))
    })
  })
}

export interface RadiusServer {
  readonly auth: number
  readonly acct: number
  /** Its certificate. */
  readonly certificate: string
  stop(): Promise<void>
}

function writeAll(folder: string, nodeUrl: string, nodeKey: string, auth: number, acct: number): string {
  const [certificateFile, privateKeyFile] = [join(folder, 'cert.pem'), join(folder, 'cert.key')]
  const how = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=bench']
  execFileSync('openssl', ['req', ...how, '-keyout', privateKeyFile, '-out', certificateFile], { stdio: 'ignore' })
  const files = renderAlone({
    ...{ nodeUrl, nodeKey, folder, certificateFile, privateKeyFile },
    listen: { address: '127.0.0.1', authPort: auth, acctPort: acct },
    clients: [{ name: 'bench', address: '127.0.0.1', secret: SECRET }],
  })
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return certificateFile
}

async function ready(child: ChildProcess, log: string): Promise<void> {
  while (!existsSync(log) || !readFileSync(log, 'utf8').includes('Ready to process requests')) {
    if (child.exitCode !== null) throw new Error(`freeradius ended with ${child.exitCode}: see ${log}`)
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

/** A FreeRADIUS of our own in front of `nodeUrl`. */
export async function startRadius(nodeUrl: string, nodeKey: string): Promise<RadiusServer> {
  const folder = mkdtempSync(join(tmpdir(), 'conet-bench-raddb-'))
  const [auth, acct] = [await freePort(), await freePort()]
  const certificate = writeAll(folder, nodeUrl, nodeKey, auth, acct)
  const child = spawn('freeradius', ['-d', folder, '-f'], { stdio: 'ignore' })
  await ready(child, join(folder, 'radius.log'))
  const stop = async () => {
    const gone = new Promise(resolve => child.once('exit', resolve))
    child.kill('SIGTERM')
    await gone
    rmSync(folder, { recursive: true, force: true })
  }
  return { auth, acct, certificate, stop }
}
