import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { ApiError } from '../api/client.js'
import type { TransferRequest, TransferResult } from '../api/types.js'
import { formatCredits } from '../format/amount.js'
import { useConnection } from '../hooks/api.js'
import { Problem } from '../parts/Notice.js'

interface Props {
  readonly request: TransferRequest
  readonly onDone: (result: TransferResult) => void
  readonly onCancel: () => void
}

/** Sends it; a refusal by the ledger is an error like any other. */
function useTransfer(onDone: (result: TransferResult) => void) {
  const { api } = useConnection()
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (request: TransferRequest) => {
      const result = await api.post<TransferResult>('/v1/wallet/transfer', request)
      if (result.code !== 'OK') throw new ApiError(result.code, 'The ledger refused the transfer', 200)
      return result
    },
    onSuccess: result => {
      void client.invalidateQueries({ queryKey: ['wallet'] })
      void client.invalidateQueries({ queryKey: ['history'] })
      onDone(result)
    },
  })
}

function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('')
}

/** The last look before credit moves: a native modal dialog, which keeps the focus and gives it back. */
export function ConfirmTransfer({ request, onDone, onCancel }: Props) {
  const dialog = useRef<HTMLDialogElement>(null)
  const transfer = useTransfer(onDone)
  // Of this dialog: pressing again after a failure asks for the same transfer, not for a second one.
  const [key] = useState(newKey)
  useEffect(() => {
    const opener = document.activeElement
    dialog.current?.showModal()
    return () => {
      if (opener instanceof HTMLElement) opener.focus()
    }
  }, [])
  return (
    <dialog
      ref={dialog}
      aria-labelledby="confirm-title"
      className="m-auto w-[min(32rem,calc(100vw-2rem))] rounded-lg border border-line bg-surface text-ink"
      onCancel={event => {
        event.preventDefault()
        if (!transfer.isPending) onCancel()
      }}
    >
      <h2 id="confirm-title" className="border-line border-b px-5 py-3 font-semibold text-lg">
        Send {formatCredits(request.amount)} {request.asset}?
      </h2>
      <div className="px-5 py-4">
        <p className="text-muted text-sm">To</p>
        <p className="break-all font-mono text-sm">{request.to}</p>
        <p className="mt-3">A transfer is final: only the receiver can send it back.</p>
      </div>
      {transfer.isError && <Problem error={transfer.error} />}
      <div className="flex justify-end gap-3 px-5 pb-5">
        <button type="button" className="button" disabled={transfer.isPending} onClick={onCancel}>
          Cancel
        </button>
        <button
          type="button"
          className="button button-main"
          disabled={transfer.isPending}
          onClick={() => transfer.mutate({ ...request, key })}
        >
          {transfer.isPending ? 'Sending…' : 'Send now'}
        </button>
      </div>
    </dialog>
  )
}
