import { useEffect, useState } from 'react'
import { shortId } from '../format/text.js'

/** A long identifier, shortened, with its whole text in the title. */
export function ShortId({ text, head = 16 }: { readonly text: string; readonly head?: number }) {
  return (
    <span className="wrap-anywhere font-mono text-[0.8125rem] md:whitespace-nowrap" title={text}>
      {shortId(text, head)}
    </span>
  )
}

/** Copies a text; says so for two seconds. */
export function CopyButton({ text, what }: { readonly text: string; readonly what: string }) {
  const [said, setSaid] = useState('')
  useEffect(() => {
    if (said === '') return
    const timer = setTimeout(() => setSaid(''), 2_000)
    return () => clearTimeout(timer)
  }, [said])
  const copy = () =>
    navigator.clipboard?.writeText(text).then(
      () => setSaid('Copied'),
      () => setSaid('Not allowed'),
    ) ?? setSaid('Not allowed')
  return (
    <button
      type="button"
      className="rounded border border-line px-2 py-0.5 text-sm hover:border-muted"
      onClick={() => void copy()}
    >
      <span aria-live="polite">{said === '' ? 'Copy' : said}</span>
      <span className="sr-only"> {what}</span>
    </button>
  )
}

/** Somebody: the name if known, with the shortened identifier below. */
export function Who({ name, did }: { readonly name: string | null; readonly did: string }) {
  if (name === null) return <ShortId text={did} />
  return (
    <span className="inline-block">
      <span className="block">{name}</span>
      <span className="block font-normal text-muted">
        <ShortId text={did} head={12} />
      </span>
    </span>
  )
}
