import { reject } from '../../../errors/index.js'
import { schedule } from '../../due.js'
import { assetId, body, did, integer, positiveAmount, sessionId } from '../../fields.js'
import { accept, transition } from '../../module.js'
import type { SessionsNeeds } from './needs.js'
import { sessionsParams } from './params.js'
import { clientId, escrows, holdId } from './state.js'

const parse = body({
  escrow: sessionId,
  provider: did,
  asset: assetId,
  amount: positiveAmount,
  expiresMs: integer(0, Number.MAX_SAFE_INTEGER),
})

/**
 * `sessions/open`: the client locks money for one provider until `expiresMs`. Vouchers that name the escrow draw on it
 * first; the provider may do so until `graceMs` after the expiry, then what is left returns to the client.
 */
export const open = ({ money }: SessionsNeeds) =>
  transition({
    parse,
    apply(store, { signer, body: { escrow, provider, asset, amount, expiresMs } }, block) {
      const id = clientId(signer, escrow)
      const { graceMs, maxEscrowMs } = sessionsParams.read(store)
      if (provider === signer) return reject('PROVIDER_IS_CLIENT', { provider })
      if (!money.assetExists(store, asset)) return reject('ASSET_UNKNOWN', { asset })
      if (escrows.get(store, id) !== undefined) return reject('ESCROW_EXISTS', { escrow })
      if (expiresMs <= block.timeMs || expiresMs > block.timeMs + maxEscrowMs) {
        return reject('ESCROW_EXPIRY_INVALID', { expiresMs, latest: block.timeMs + maxEscrowMs })
      }
      const account = money.accountOf(store, asset, signer)
      if (account.debt > 0n) return reject('DEBT_OPEN', { debt: account.debt })
      if (account.balance < amount) return reject('BALANCE_SHORT', { available: account.balance, amount })

      const releaseMs = expiresMs + graceMs
      money.hold(store, holdId(signer, escrow), asset, signer, amount)
      escrows.put(store, id, { provider, asset, releaseMs })
      schedule(store, releaseMs, 'sessions/release', id)
      return accept({
        type: 'sessions/opened',
        escrow,
        client: signer,
        provider,
        asset,
        amount: amount.toString(),
        expiresMs,
        releaseMs,
      })
    },
  })
