import { ConetError } from '@conet/core/errors'
import { parseAmount, type UnixMillis } from '@conet/core/units'
import type { Engine } from '@conet/engines'
import type { EscrowView, ProviderLedger } from './ports.js'

interface BalanceAnswer {
  readonly balance: string
  readonly debt: string
}

interface EscrowAnswer {
  readonly provider: string
  readonly asset: string
  readonly releaseMs: number
  readonly amount: string
}

/**
 * The ledger replica of an engine as the provider reads it; every call is a local read.
 *
 * @param now - the provider's clock, which the ledger's time may be ahead of
 */
export function engineLedger(engine: Pick<Engine, 'submit' | 'query' | 'info'>, now: () => UnixMillis): ProviderLedger {
  return {
    submit: tx => engine.submit(tx),
    account(owner, asset) {
      const found = engine.query('accounts/balance', { owner, asset }) as BalanceAnswer
      return { balance: parseAmount(found.balance) ?? 0n, debt: parseAmount(found.debt) ?? 0n }
    },
    escrow(client, id) {
      const found = readEscrow(engine, client, id)
      const ahead = Math.max(0, engine.info().timeMs - now())
      return found && { ...found, expiresAt: found.expiresAt - ahead }
    },
  }
}

function readEscrow(engine: Pick<Engine, 'query'>, client: string, escrow: string): EscrowView | undefined {
  try {
    const found = engine.query('sessions/escrow', { client, escrow }) as EscrowAnswer | undefined
    if (found === undefined) return undefined
    const { provider, asset, releaseMs } = found
    return { provider, asset, amount: parseAmount(found.amount) ?? 0n, expiresAt: releaseMs }
  } catch (error) {
    // The id comes from a stranger: one that no escrow can have is simply unknown.
    if (error instanceof ConetError && error.code === 'QUERY_MALFORMED') return undefined
    throw error
  }
}
