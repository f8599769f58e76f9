import { useState } from 'react'
import { Panel } from '../parts/Panel.js'
import { listAt, valueAt, withEntry, withoutEntry, withValue } from './draft.js'
import type { FieldSpec } from './fields.js'
import { InputField } from './InputField.js'
import { ScenarioMap, type Selected } from './ScenarioMap.js'
import { scenarioStore, setDraft } from './scenario-store.js'
import { useStore } from './store.js'

const SITE: readonly FieldSpec[] = [
  { path: 'xM', label: 'East', hint: 'm from the west' },
  { path: 'yM', label: 'North', hint: 'm from the south' },
  { path: 'offsetDb', label: 'Power offset', hint: 'dB, added to the common power' },
]

const metres = (draft: unknown, path: string) => Number(valueAt(draft, path)) || 1

/** The map with what is done to it: add, move, remove sites and buildings. */
export function MapPanel() {
  const { draft, trouble } = useStore(scenarioStore)
  const [selected, setSelected] = useState<Selected>()
  const [width, height] = [metres(draft, 'area/widthM'), metres(draft, 'area/heightM')]
  const add = (list: Selected['list']) => {
    const side = Math.min(width, height) / 10
    const [x, y] = [Math.round(width / 2), Math.round(height / 2)]
    const box = [x, x + side].flatMap((at, i) =>
      i === 0
        ? [
            [at, y],
            [at, y + side],
          ]
        : [
            [at, y + side],
            [at, y],
          ],
    )
    setDraft(withEntry(draft, list, list === 'cells' ? { xM: x, yM: y } : box))
    setSelected({ list, index: listAt(draft, list).length })
  }
  const remove = () => {
    if (selected === undefined) return
    setDraft(withoutEntry(draft, selected.list, selected.index))
    setSelected(undefined)
  }
  const at = selected === undefined ? '' : `${selected.list}/${selected.index}/`
  return (
    <Panel
      title="Map"
      note="Drag sites and buildings, or focus one and use the arrow keys; Delete removes it"
      aside={
        <div className="flex flex-wrap gap-2">
          <button type="button" className="button" onClick={() => add('cells')}>
            Add site
          </button>
          <button type="button" className="button" onClick={() => add('walls')}>
            Add building
          </button>
          <button type="button" className="button" disabled={selected === undefined} onClick={remove}>
            Remove
          </button>
        </div>
      }
    >
      <ScenarioMap draft={draft} selected={selected} onSelect={setSelected} onChange={setDraft} onRemove={remove} />
      {selected?.list === 'cells' && (
        <div className="grid grid-cols-2 gap-3 px-4 pb-4 sm:grid-cols-3 md:px-5">
          {SITE.map(spec => (
            <InputField
              key={`${at}${spec.path}`}
              spec={spec}
              value={valueAt(draft, `${at}${spec.path}`)}
              error={trouble?.path === `${at}${spec.path}` ? trouble.message : undefined}
              onChange={value => setDraft(withValue(draft, `${at}${spec.path}`, value))}
            />
          ))}
        </div>
      )}
    </Panel>
  )
}
