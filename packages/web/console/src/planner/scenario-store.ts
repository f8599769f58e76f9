import { type Checked, check, type Draft } from './draft.js'
import { FIRST, SHIPPED } from './shipped.js'
import { createStore } from './store.js'

export type Edited = Checked & { readonly draft: Draft }

const edited = (draft: Draft): Edited => ({ ...check(draft), draft })

/** The scenario under edit, with its check; all pages of the planner share it. */
export const scenarioStore = createStore<Edited>(edited(SHIPPED.get(FIRST) ?? {}))

export function setDraft(draft: Draft): void {
  scenarioStore.set(edited(draft))
}
