import { useDeferredValue, useId, useMemo, useState } from 'react'
import { parse } from 'yaml'
import { Panel } from '../parts/Panel.js'
import { Stat } from '../parts/Stat.js'
import { cashOption, tornadoOption } from './chart-options.js'
import { valueAt } from './draft.js'
import { EChart } from './EChart.js'
import { playingStore } from './player.js'
import { evaluateCase, type RoiView, type Slider, slidersOf, withAssumption } from './roi.js'
import { PickFile } from './ScenarioFiles.js'
import { useStore } from './store.js'
import { TroubleNote } from './TroubleNote.js'
import { problemOf, type Trouble } from './trouble.js'
import { caseStore, summaryOf } from './value-store.js'

function Assumption({ slider, value }: { readonly slider: Slider; readonly value: number }) {
  const { path, label, min, max, step } = slider
  const id = useId()
  return (
    <div className="min-w-0 text-sm">
      <div className="flex justify-between gap-2">
        <label htmlFor={id}>{label}</label>
        <span className="font-medium">{value.toLocaleString('en')}</span>
      </div>
      <input
        id={id}
        type="range"
        className="mt-1 w-full accent-accent"
        min={min}
        max={Math.max(max, value)}
        step={step}
        value={value}
        onChange={event => {
          const state = caseStore.get()
          caseStore.set({ ...state, given: withAssumption(state.given, path, event.target.valueAsNumber) })
        }}
      />
    </div>
  )
}

function Coupling() {
  const state = useStore(caseStore)
  const summary = summaryOf(useStore(playingStore))
  return (
    <div className="px-4 pb-3 md:px-5">
      <label className="flex items-center gap-2">
        <input
          type="checkbox"
          className="size-4 accent-accent"
          disabled={summary === undefined}
          checked={state.coupled && summary !== undefined}
          onChange={event => caseStore.set({ ...state, coupled: event.target.checked })}
        />
        Use the coverage that the run measured
      </label>
      <p className="text-muted text-sm">
        {summary === undefined
          ? 'Finish a run first; until then coverage is the formula with the reach above.'
          : `From ${summary.scenario.title}, seed ${summary.seeds.join(', ')}: it takes the place of the reach above.`}
      </p>
    </div>
  )
}

function Figures({ view }: { readonly view: RoiView }) {
  return (
    <>
      <dl className="grid grid-cols-2 border-line border-y sm:grid-cols-3">
        <Stat name={`Net present value, ${view.currency}`}>{view.npv}</Stat>
        <Stat name="ROI: value / cost" note="1 is covered cost: 100 %">
          {view.valueOverCost}
        </Stat>
        <Stat name="ROI: (value − cost) / cost" note="covered cost: 0 %">
          {view.gainOverCost}
        </Stat>
        <Stat name="Break-even">{view.breakEven}</Stat>
        <Stat name="Break-even, discounted">{view.breakEvenDiscounted}</Stat>
        <Stat name={`5 % to 95 %, ${view.currency}`} note={`not negative: ${view.notNegative} of the draws`}>
          <span className="text-base">{view.range}</span>
        </Stat>
      </dl>
      <Charts view={view} />
    </>
  )
}

function Charts({ view }: { readonly view: RoiView }) {
  const cash = useMemo(() => cashOption(view), [view])
  const swings = useMemo(() => tornadoOption(view), [view])
  return (
    <div className="grid gap-4 py-3 lg:grid-cols-2 [&>*]:min-w-0">
      <div>
        <h3 className="px-4 font-medium md:px-5">Cost and value so far</h3>
        <EChart label={`Sum of cost and value over ${view.rows.length} periods`} option={cash} />
      </div>
      <div>
        <h3 className="px-4 font-medium md:px-5">What moves it most</h3>
        <EChart label={`Tornado: ${view.tornado.bars.map(bar => bar.factor).join(', ')}`} option={swings} />
      </div>
    </div>
  )
}

function evaluated(...given: Parameters<typeof evaluateCase>): { view?: RoiView; trouble?: Trouble } {
  try {
    return { view: evaluateCase(...given) }
  } catch (error) {
    return { trouble: problemOf(error) }
  }
}

/** Return, break-even and what they hang on. */
export function RoiPanel() {
  const state = useStore(caseStore)
  const summary = summaryOf(useStore(playingStore))
  const [unread, setUnread] = useState<Trouble>()
  // A slider moves at once; the figures follow when there is time.
  const given = useDeferredValue(state.given)
  const measured = state.coupled ? summary : undefined
  const { view, trouble } = useMemo(() => evaluated(given, measured), [given, measured])
  const wrong = unread ?? trouble
  return (
    <Panel title="Does it pay" note={view?.name ?? 'A case for the operator'}>
      {view?.illustrative === true && (
        <p className="mx-4 mt-3 rounded-md border border-warn px-3 py-2 md:mx-5">
          <strong>Illustrative.</strong> The numbers of this case are made up to show the method.
        </p>
      )}
      {wrong !== undefined && <TroubleNote trouble={wrong} />}
      <div className="max-w-md px-4 py-3 md:px-5">
        <PickFile
          accept=".yaml,.yml,.json"
          onTrouble={setUnread}
          onText={text => {
            const next = parse(text, { maxAliasCount: 100, uniqueKeys: true })
            evaluateCase(next, undefined)
            caseStore.set({ given: next, coupled: false })
          }}
        >
          Open a business case (YAML, JSON)
        </PickFile>
      </div>
      <div className="grid gap-x-6 gap-y-3 px-4 py-3 sm:grid-cols-2 md:px-5 lg:grid-cols-3">
        {slidersOf(state.given).map(slider => (
          <Assumption key={slider.path} slider={slider} value={Number(valueAt(state.given, slider.path))} />
        ))}
      </div>
      <Coupling />
      {view !== undefined && <Figures view={view} />}
    </Panel>
  )
}
