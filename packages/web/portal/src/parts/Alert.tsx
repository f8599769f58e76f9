import type { Problem } from '../pay/view.js'

/** What went wrong, with its code and what to do. */
export function Alert({ problem, retry }: { readonly problem: Problem; readonly retry?: (() => void) | undefined }) {
  return (
    <div role="alert" className="rounded-md border border-bad bg-bad-soft px-4 py-3">
      <p className="font-medium">{problem.message}</p>
      <p className="mt-1 text-muted text-sm">
        Code <code className="font-mono">{problem.code}</code>
      </p>
      {retry !== undefined && (
        <button type="button" className="button mt-3" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  )
}
