import type { Trouble } from './trouble.js'

/** What was refused and why, with its code. */
export function TroubleNote({ trouble }: { readonly trouble: Trouble }) {
  return (
    <div role="alert" className="m-4 rounded-md border border-bad bg-bad-soft px-4 py-3">
      <p className="font-medium">{trouble.message}</p>
      <p className="mt-1 text-muted text-sm">
        Code <code className="font-mono">{trouble.code}</code>
      </p>
    </div>
  )
}
