import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { ConetError, reject } from '@conet/core/errors'
import { type Engine, nodeSha256, nodeVerify } from '@conet/engines'
import type { Gateway } from '@conet/gateway'
import { besideRadius, createRadiusGateway, type RadiusGateway, type RadiusNote } from '@conet/gateway/radius'
import type { RadiusDesk } from '../api/index.js'
import type { Config } from '../config/index.js'
import { readOrCreateAdminToken } from '../keys/index.js'
import type { Logger } from '../log/index.js'
import type { Owner } from '../owner/index.js'
import type { ProviderService } from '../provider/contract.js'
import { ledgerSignerKey } from './signer-key.js'

/** What answering FreeRADIUS needs of the node. */
export interface RadiusParts {
  readonly engine: Engine
  readonly owner: Owner
  readonly log: Logger
}

/** The node's part of access points and 802.1X. */
export interface RadiusAccess {
  readonly desk: RadiusDesk
  /** One gateway of both: sessions that stations begin go to the access points. */
  beside(main: Gateway): Gateway
  /** Answers FreeRADIUS from now on. @throws ConetError `LISTEN_FAILED` */
  start(provider: Pick<ProviderService, 'request'>): Promise<void>
  stop(): Promise<void>
}

/** SHA-256 of the certificate that FreeRADIUS shows: with it a supplicant knows the server without any authority. */
function fingerprint(path: string): string {
  try {
    return new X509Certificate(readFileSync(path)).fingerprint256.replaceAll(':', '').toLowerCase()
  } catch (cause) {
    const message = `cannot read the certificate ${path}; check radius.certificateFile`
    throw new ConetError('CONFIG_UNREADABLE', message, { data: { path }, cause })
  }
}

function tell(log: Logger, note: RadiusNote): void {
  const lines = { radius: note }
  if (note.type === 'nas-silent')
    log.warn(lines, 'an access point does not answer: the station stays until its time is up')
  else if (note.type === 'disconnected' || note.type === 'refused') log.debug(lines, 'radius')
  else log.warn(lines, 'radius')
}

/**
 * Joins the node to FreeRADIUS if the configuration has a part `radius`.
 *
 * @throws ConetError `CONFIG_UNREADABLE`, and those of the key's file
 */
export function openRadius(config: Config, { engine, owner, log }: RadiusParts): RadiusAccess | undefined {
  if (config.radius === undefined) return undefined
  const { host, port, keyFile, network, nas, interimSeconds, serverName, certificateFile } = config.radius
  const holder: { provider?: Pick<ProviderService, 'request'> } = {}
  const gateway: RadiusGateway = createRadiusGateway({
    ...{ lid: engine.genesis.lid, provider: owner.did, verify: nodeVerify, sha256: nodeSha256 },
    signerKey: ledgerSignerKey(engine),
    // The same kind of secret as the admin token, in a file of its own: FreeRADIUS is no administrator.
    listen: { host, port, key: readOrCreateAdminToken(resolve(config.dataDir, keyFile)) },
    ...{ nas, network, interimSeconds },
    openSession: async (request, remoteAddress) =>
      holder.provider === undefined ? reject('NOT_RUNNING') : holder.provider.request(request, { remoteAddress }),
    onNote: note => tell(log, note),
  })
  const certificateSha256 = certificateFile && fingerprint(resolve(config.dataDir, certificateFile))
  return {
    desk: {
      deposit: (request, remoteAddress) => gateway.deposit(request, remoteAddress),
      serverName,
      certificateSha256,
    },
    beside: main => besideRadius(main, gateway),
    async start(provider) {
      holder.provider = provider
      await gateway.start()
    },
    stop: () => gateway.stop(),
  }
}
