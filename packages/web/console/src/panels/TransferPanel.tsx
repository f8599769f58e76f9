import { useEffect, useRef, useState } from 'react'
import type { TransferRequest, TransferResult } from '../api/types.js'
import { formatCredits } from '../format/amount.js'
import { useWallet } from '../hooks/queries.js'
import { Loaded } from '../parts/Notice.js'
import { Panel } from '../parts/Panel.js'
import { ConfirmTransfer } from './ConfirmTransfer.js'
import { TransferForm } from './TransferForm.js'

interface Done {
  readonly request: TransferRequest
  readonly result: TransferResult
}

/** Sends credit to another account: form, confirmation, outcome. */
export function TransferPanel() {
  const wallet = useWallet()
  const [asked, setAsked] = useState<TransferRequest>()
  const [done, setDone] = useState<Done>()
  const outcome = useRef<HTMLDivElement>(null)
  // The form starts anew after a transfer, so the button that had the focus is gone: the outcome takes it.
  useEffect(() => {
    if (done !== undefined) outcome.current?.focus()
  }, [done])
  const finish = (result: TransferResult) => {
    if (asked !== undefined) setDone({ request: asked, result })
    setAsked(undefined)
  }
  return (
    <Panel title="Transfer">
      <Loaded query={wallet}>
        {({ balances }) => (
          <TransferForm
            key={done?.result.hash ?? 'first'}
            balances={balances}
            onAsk={request => {
              setDone(undefined)
              setAsked(request)
            }}
          />
        )}
      </Loaded>
      <div ref={outcome} role="status" tabIndex={-1}>
        {done !== undefined && (
          <p className="border-line border-t px-4 py-3 md:px-5">
            <strong>Sent.</strong> {formatCredits(done.request.amount)} {done.request.asset} moved in block{' '}
            {done.result.height.toLocaleString('en')}.
          </p>
        )}
      </div>
      {asked !== undefined && <ConfirmTransfer request={asked} onDone={finish} onCancel={() => setAsked(undefined)} />}
    </Panel>
  )
}
