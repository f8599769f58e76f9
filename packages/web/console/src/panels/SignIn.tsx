import { type FormEvent, useState } from 'react'
import { ApiError, createApi } from '../api/client.js'
import type { WalletView } from '../api/types.js'
import { adviceFor } from '../format/codes.js'
import { Field } from '../parts/Field.js'

interface Props {
  /** The token in use was refused: say so. */
  readonly refused: boolean
  readonly onToken: (token: string) => void
}

const REFUSED = 'The node does not accept this token. Copy it again from the node’s admin token file.'

/** Why the token cannot be used, `undefined` when it can. */
async function trouble(token: string): Promise<string | undefined> {
  try {
    await createApi(token).get<WalletView>('/v1/wallet')
    return undefined
  } catch (error) {
    if (!(error instanceof ApiError)) return 'The token has characters that cannot be sent. Copy it again.'
    return error.status === 401 ? REFUSED : adviceFor(error.code, error.message)
  }
}

/** Asks for the admin token, once per tab. */
export function SignIn({ refused, onToken }: Props) {
  const [text, setText] = useState('')
  const [problem, setProblem] = useState(refused ? REFUSED : undefined)
  const [busy, setBusy] = useState(false)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const token = text.trim()
    if (token === '') return setProblem('Paste the token first.')
    setBusy(true)
    const found = await trouble(token)
    setBusy(false)
    if (found === undefined) onToken(token)
    else setProblem(found)
  }
  return (
    <main className="mx-auto max-w-md px-4 py-16">
      <h1 className="font-semibold text-2xl tracking-tight">Conet console</h1>
      <p className="mt-2 text-muted">
        This page shows and moves what belongs to the owner of this node, so it asks for the node’s admin token. It is
        in the file <code className="font-mono">admin.token</code> in the node’s data folder. This tab forgets it when
        it is closed.
      </p>
      <form
        onSubmit={event => void submit(event)}
        noValidate
        className="mt-6 rounded-lg border border-line bg-surface p-5"
      >
        <Field label="Admin token" error={problem}>
          {ids => (
            <input
              {...ids}
              className="field font-mono"
              type="password"
              autoComplete="current-password"
              spellCheck={false}
              value={text}
              onChange={event => setText(event.target.value)}
            />
          )}
        </Field>
        <button type="submit" className="button button-main mt-4 w-full" disabled={busy}>
          {busy ? 'Asking the node…' : 'Open the console'}
        </button>
      </form>
    </main>
  )
}
