import { CopyButton } from '@conet/console/parts/Identifier'

/** A long text that must be passed on whole: it can be selected by hand where the browser does not let pages copy. */
export function LongText({ name, text }: { readonly name: string; readonly text: string }) {
  return (
    <div className="flex items-start gap-3">
      <code className="min-w-0 flex-1 select-all break-all rounded bg-raised px-2 py-1 font-mono text-sm">{text}</code>
      <CopyButton text={text} what={name} />
    </div>
  )
}
