import { Field } from '@conet/console/parts/Field'
import { type FormEvent, useState } from 'react'
import type { WalletBox } from '../hooks/wallet.js'
import { canKeep } from '../wallet/vault.js'

const KEEP_HINT = 'At least eight characters. Leave it empty to keep the key in this tab only.'

/** Runs one action of the wallet and shows what it says. */
function useAction(): [string | undefined, boolean, (run: () => Promise<string | undefined>) => void] {
  const [error, setError] = useState<string>()
  const [busy, setBusy] = useState(false)
  const act = (run: () => Promise<string | undefined>) => {
    setBusy(true)
    run()
      .then(setError, cause => setError(`The browser refused: ${String(cause)}`))
      .finally(() => setBusy(false))
  }
  return [error, busy, act]
}

function Passphrase({
  value,
  onChange,
  error,
  hint,
  known = false,
}: {
  readonly value: string
  readonly onChange: (text: string) => void
  readonly error: string | undefined
  readonly hint?: string
  /** Of a wallet that exists: a password manager may fill it in. */
  readonly known?: boolean
}) {
  return (
    <Field label="Passphrase" error={error} {...(hint !== undefined && { hint })}>
      {ids => (
        <input
          {...ids}
          className="field"
          type="password"
          autoComplete={known ? 'current-password' : 'new-password'}
          value={value}
          onChange={event => onChange(event.target.value)}
        />
      )}
    </Field>
  )
}

const tooShort = (passphrase: string) =>
  passphrase !== '' && passphrase.length < 8 ? 'Use at least eight characters, or none at all.' : undefined

/** A new wallet, or one from its key. */
export function NewWallet({ box }: { readonly box: WalletBox }) {
  const [passphrase, setPassphrase] = useState('')
  const [key, setKey] = useState('')
  const [error, busy, act] = useAction()
  const keep = canKeep()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    act(
      async () =>
        tooShort(passphrase) ?? (key.trim() === '' ? box.create(passphrase) : box.importText(key, passphrase)),
    )
  }
  return (
    <form className="space-y-4" onSubmit={submit} noValidate>
      <p>
        The wallet is a key that is made here and stays in this browser. It pays for your rounds and belongs to nobody
        else.
      </p>
      {!keep && (
        <p className="rounded-md border border-warn px-4 py-3">
          <strong>This page came over plain HTTP</strong>, where the browser cannot keep keys safely. The key lives only
          as long as this tab: put little money on it, and copy the key before you close the tab.
        </p>
      )}
      {keep && (
        <Passphrase
          value={passphrase}
          onChange={setPassphrase}
          hint={KEEP_HINT}
          error={key === '' ? error : undefined}
        />
      )}
      <details>
        <summary className="py-1">I have a key already</summary>
        <div className="mt-2">
          <Field
            label="Key"
            hint="The text you copied when you backed the wallet up."
            error={key === '' ? undefined : error}
          >
            {ids => (
              <textarea
                {...ids}
                className="field font-mono text-sm"
                rows={2}
                autoComplete="off"
                spellCheck={false}
                value={key}
                onChange={event => setKey(event.target.value)}
              />
            )}
          </Field>
        </div>
      </details>
      {!keep && key === '' && error !== undefined && <p className="font-medium text-bad text-sm">{error}</p>}
      <button type="submit" className="button button-main w-full" disabled={busy}>
        {busy ? 'One moment…' : key.trim() === '' ? 'Make a wallet' : 'Use this key'}
      </button>
    </form>
  )
}

/** Opens the wallet that this browser keeps. */
export function LockedWallet({ box }: { readonly box: WalletBox }) {
  const [passphrase, setPassphrase] = useState('')
  const [error, busy, act] = useAction()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    act(() => box.unlock(passphrase))
  }
  return (
    <form className="space-y-4" onSubmit={submit} noValidate>
      <Passphrase value={passphrase} onChange={setPassphrase} error={error} known />
      <button type="submit" className="button button-main w-full" disabled={busy}>
        {busy ? 'One moment…' : 'Unlock the wallet'}
      </button>
      <details>
        <summary className="py-1">Forgotten?</summary>
        <p className="mt-2 text-muted text-sm">
          Nobody can recover a passphrase. With the key you backed up, remove this wallet and import the key; without it
          the money is lost.
        </p>
        <button type="button" className="button mt-2" onClick={box.forget}>
          Remove the wallet from this browser
        </button>
      </details>
    </form>
  )
}
