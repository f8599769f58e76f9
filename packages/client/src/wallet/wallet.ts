import { ConetError } from '@conet/core/errors'
import type { KeySigner } from '@conet/core/identity'
import type { Seal } from '@conet/core/rounds'
import { type Amount, type Did, MAX_AMOUNT } from '@conet/core/units'
import { encodeBase64url, signEnvelope } from '@conet/core/wire'
import type { ClientPorts } from '../ports/types.js'

/** A transaction is valid this long: less than the ledger's ten minutes, so that a slow clock still passes. */
const TX_LIFE_SECONDS = 300

/** A device's key and what it signs. The seed itself is not kept here. */
export interface Wallet {
  readonly did: Did
  readonly signer: KeySigner
  /** Signs messages of the round protocol. */
  readonly seal: Seal
  /**
   * Signs a transaction.
   *
   * @param type - `<module>/<transition>`
   * @param body - as the transition's schema wants it; bigints become decimal text
   * @returns text for `POST /v1/txs`
   */
  signTx(lid: string, type: string, body: object): string
  /** Signs `accounts/transfer`. @throws ConetError `AMOUNT_INVALID` unless 1..MAX_AMOUNT */
  signTransfer(lid: string, transfer: { to: Did; asset: string; amount: Amount }): string
}

/**
 * Opens a wallet.
 *
 * @param seed - 32 secret bytes
 * @param offsetMs - how far what the ledger judges by is ahead of our clock, asked at each signature (`NodeApi.ledgerOffsetMs`)
 * @throws ConetError `SEED_LENGTH`
 */
export function walletFromSeed(
  seed: Uint8Array,
  ports: Pick<ClientPorts, 'signer' | 'sha256' | 'random' | 'now'>,
  offsetMs: () => number = () => 0,
): Wallet {
  const signer = ports.signer(seed)
  const signTx = (lid: string, type: string, body: object) => {
    const exp = Math.floor((ports.now() + offsetMs()) / 1_000) + TX_LIFE_SECONDS
    return signEnvelope('conet-tx+jwt', { lid, exp, nonce: newNonce(ports), type, body }, signer)
  }
  return {
    did: signer.did,
    signer,
    seal: sealer(signer, ports),
    signTx,
    signTransfer(lid, { to, asset, amount }) {
      if (amount < 1n || amount > MAX_AMOUNT) {
        throw new ConetError('AMOUNT_INVALID', 'The amount must be a whole number of micro-credits, one or more.', {
          data: { amount },
        })
      }
      return signTx(lid, 'accounts/transfer', { to, asset, amount })
    },
  }
}

/** 16 random bytes in base64url, as every request and transaction needs. */
export function newNonce(ports: Pick<ClientPorts, 'random'>): string {
  return encodeBase64url(ports.random(16))
}

function sealer(signer: KeySigner, { sha256 }: Pick<ClientPorts, 'sha256'>): Seal {
  return (kind, payload) => {
    const text = signEnvelope(kind, payload, signer)
    return { text, hash: hexOf(sha256(text.slice(0, text.lastIndexOf('.')))) }
  }
}

/** Lower-case hex. */
export function hexOf(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0')
  return text
}
