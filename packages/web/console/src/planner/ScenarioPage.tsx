import { useState } from 'react'
import { Panel } from '../parts/Panel.js'
import { type Draft, listAt, valueAt, withValue } from './draft.js'
import { type FieldSpec, GROUP_FIELDS, GROUPS } from './fields.js'
import { InputField } from './InputField.js'
import { MapPanel } from './MapPanel.js'
import { ScenarioFiles } from './ScenarioFiles.js'
import { scenarioStore, setDraft } from './scenario-store.js'
import { FIRST, SHIPPED } from './shipped.js'
import { useStore } from './store.js'
import { TroubleNote } from './TroubleNote.js'

/** Ready-made scenarios; choosing one replaces what is being edited. */
function Choice() {
  const [name, setName] = useState(FIRST)
  return (
    <div className="flex items-end gap-2">
      <select aria-label="Start from" className="field max-w-60" value={name} onChange={e => setName(e.target.value)}>
        {[...SHIPPED].map(([id, draft]) => (
          <option key={id} value={id}>
            {String(draft.title)}
          </option>
        ))}
      </select>
      <button type="button" className="button" onClick={() => setDraft(SHIPPED.get(name) ?? {})}>
        Open
      </button>
    </div>
  )
}

interface FieldsProps {
  readonly fields: readonly FieldSpec[]
  readonly at?: string
}

/** Fields of the draft, each with what is wrong with it. */
function Fields({ fields, at = '' }: FieldsProps) {
  const { draft, trouble } = useStore(scenarioStore)
  return (
    <div className="grid grid-cols-2 gap-3 px-4 py-3 sm:grid-cols-3 md:px-5 lg:grid-cols-4">
      {fields.map(spec => {
        const path = `${at}${spec.path}`
        return (
          <InputField
            key={path}
            spec={spec}
            value={valueAt(draft, path)}
            error={trouble?.path === path ? `${trouble.message} (${trouble.code})` : undefined}
            onChange={value => setDraft(withValue(draft, path, value))}
          />
        )
      })}
    </div>
  )
}

function Terminals({ draft }: { readonly draft: Draft }) {
  return (
    <Panel title="Terminals" note="How many, how many of them would share, and where they are">
      {listAt(draft, 'terminals').map((group, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: groups have no other identity and are not reordered here
        <div key={i}>
          <h3 className="px-4 pt-3 font-medium md:px-5">{String(valueAt(group, 'name'))}</h3>
          <Fields fields={GROUP_FIELDS} at={`terminals/${i}/`} />
        </div>
      ))}
    </Panel>
  )
}

/** Edits a scenario: on the map, by numbers, from files. */
export default function ScenarioPage() {
  const { draft, trouble } = useStore(scenarioStore)
  return (
    <>
      <Panel title={String(draft.title ?? 'Scenario')} note={String(draft.summary ?? '')} aside={<Choice />}>
        {trouble === undefined ? (
          <p role="status" className="px-4 py-3 text-muted md:px-5">
            This scenario can be played.
          </p>
        ) : (
          <TroubleNote trouble={trouble} />
        )}
      </Panel>
      <MapPanel />
      {GROUPS.map(({ title, fields }) => (
        <Panel key={title} title={title}>
          <Fields fields={fields} />
        </Panel>
      ))}
      <Terminals draft={draft} />
      <ScenarioFiles />
    </>
  )
}
