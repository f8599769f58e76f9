import { type ReactNode, useId, useState } from 'react'
import { Panel } from '../parts/Panel.js'
import { save } from './download.js'
import { draftAsJson, draftAsYaml, draftFromText, readText, withGeoJson } from './files.js'
import { scenarioStore, setDraft } from './scenario-store.js'
import { useStore } from './store.js'
import { TroubleNote } from './TroubleNote.js'
import { problemOf, type Trouble } from './trouble.js'

interface PickProps {
  readonly accept: string
  readonly onText: (text: string) => void
  readonly onTrouble: (trouble: Trouble | undefined) => void
  readonly children: ReactNode
}

/** A labelled choice of one file; what it cannot read is said. */
export function PickFile({ accept, onText, onTrouble, children }: PickProps) {
  const id = useId()
  const read = async (file: File | undefined) => {
    if (file === undefined) return
    try {
      onText(await readText(file))
      onTrouble(undefined)
    } catch (error) {
      onTrouble(problemOf(error))
    }
  }
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="mb-1 block font-medium text-sm">
        {children}
      </label>
      <input
        id={id}
        type="file"
        accept={accept}
        className="field"
        onChange={event => {
          void read(event.target.files?.[0])
          // The same file may be chosen again after it was mended.
          event.target.value = ''
        }}
      />
    </div>
  )
}

/** Scenario files in and out; sites and buildings from GeoJSON. */
export function ScenarioFiles() {
  const { draft } = useStore(scenarioStore)
  const [trouble, setTrouble] = useState<Trouble>()
  const name = typeof draft.name === 'string' ? draft.name : 'scenario'
  return (
    <Panel title="Files" note="They stay in this browser: nothing is sent to the node">
      {trouble !== undefined && <TroubleNote trouble={trouble} />}
      <div className="grid gap-4 px-4 py-4 sm:grid-cols-3 md:px-5">
        <PickFile accept=".yaml,.yml,.json" onTrouble={setTrouble} onText={text => setDraft(draftFromText(text))}>
          Open a scenario (YAML, JSON)
        </PickFile>
        <PickFile
          accept=".geojson,.json"
          onTrouble={setTrouble}
          onText={text => setDraft(withGeoJson(scenarioStore.get().draft, 'cells', text))}
        >
          Sites from GeoJSON
        </PickFile>
        <PickFile
          accept=".geojson,.json"
          onTrouble={setTrouble}
          onText={text => setDraft(withGeoJson(scenarioStore.get().draft, 'walls', text))}
        >
          Buildings from GeoJSON
        </PickFile>
      </div>
      <div className="flex flex-wrap gap-2 px-4 pb-4 md:px-5">
        <button
          type="button"
          className="button"
          onClick={() => save(`${name}.yaml`, 'application/yaml', draftAsYaml(draft))}
        >
          Save as YAML
        </button>
        <button
          type="button"
          className="button"
          onClick={() => save(`${name}.json`, 'application/json', draftAsJson(draft))}
        >
          Save as JSON
        </button>
      </div>
    </Panel>
  )
}
