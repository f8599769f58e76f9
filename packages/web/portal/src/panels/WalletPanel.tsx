import { formatCredits } from '@conet/console/format/amount'
import { Panel } from '@conet/console/parts/Panel'
import { useState } from 'react'
import type { Polled } from '../hooks/polled.js'
import type { WalletBox } from '../hooks/wallet.js'
import { Alert } from '../parts/Alert.js'
import { LongText } from '../parts/LongText.js'
import { LockedWallet, NewWallet } from './WalletForms.js'

/** Money of one account, in micro-credits of the offer's asset. */
export interface Money {
  readonly asset: string
  readonly balance: bigint
  readonly debt: bigint
}

function Backup({ box }: { readonly box: WalletBox }) {
  const [shown, setShown] = useState(false)
  return (
    <details>
      <summary className="py-1">Back up, lock or remove</summary>
      <div className="mt-2 space-y-3">
        <p className="text-muted text-sm">
          Whoever has the key has the money.{' '}
          {box.kept ? 'It is kept here under your passphrase.' : 'It is gone when this tab is closed.'}
        </p>
        {shown ? (
          <LongText name="key" text={box.exportText()} />
        ) : (
          <button type="button" className="button" onClick={() => setShown(true)}>
            Show the key
          </button>
        )}
        <div className="flex flex-wrap gap-2">
          {box.kept && (
            <button type="button" className="button" onClick={box.lock}>
              Lock
            </button>
          )}
          <button type="button" className="button" onClick={box.forget}>
            Remove from this browser
          </button>
        </div>
      </div>
    </details>
  )
}

function OpenWallet({ box, money }: { readonly box: WalletBox; readonly money: Polled<Money> }) {
  const { data, problem } = money
  const empty = data !== undefined && data.balance === 0n
  return (
    <div className="space-y-4">
      {problem !== undefined && <Alert problem={problem} retry={money.again} />}
      <dl>
        <dt className="text-muted text-sm">Free balance</dt>
        <dd className="font-semibold text-xl" data-balance={data?.balance.toString()}>
          {data === undefined ? '…' : `${formatCredits(data.balance)} ${data.asset}`}
        </dd>
        {data !== undefined && data.debt > 0n && (
          <dd className="text-sm text-warn">{formatCredits(data.debt)} owed from before: income pays it first.</dd>
        )}
      </dl>
      <div>
        <p className="mb-1 text-muted text-sm">
          {empty
            ? 'Ask somebody who is online to send credit to this account. It shows here by itself.'
            : 'Your account'}
        </p>
        <LongText name="account" text={box.wallet?.did ?? ''} />
      </div>
      <Backup box={box} />
    </div>
  )
}

export function WalletPanel({ box, money }: { readonly box: WalletBox; readonly money: Polled<Money> }) {
  return (
    <Panel title="Your wallet">
      <div className="px-4 py-4 md:px-5">
        {box.state === 'none' && <NewWallet box={box} />}
        {box.state === 'locked' && <LockedWallet box={box} />}
        {box.state === 'open' && <OpenWallet box={box} money={money} />}
      </div>
    </Panel>
  )
}
