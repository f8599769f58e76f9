import type { Offer } from '@conet/client/api'
import { ThemeChoice } from '@conet/console/parts/ThemeChoice'
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { type Polled, usePolled } from './hooks/polled.js'
import { useWallet, type WalletBox } from './hooks/wallet.js'
import { EndedPanel } from './panels/EndedPanel.js'
import { OffersPanel } from './panels/OffersPanel.js'
import { OnlinePanel } from './panels/OnlinePanel.js'
import { StartPanel } from './panels/StartPanel.js'
import { type Money, WalletPanel } from './panels/WalletPanel.js'
import { api } from './pay/api.js'
import { Payer } from './pay/payer.js'
import type { PayView } from './pay/view.js'

const OFFERS_MS = 15_000
const BALANCE_MS = 3_000

const payer = new Payer()

interface Place {
  readonly name: string
  readonly lid: string
  readonly offers: readonly Offer[]
}

async function readPlace(): Promise<Place> {
  const { name, lid, did } = await api.node()
  const { items } = await api.offers({ type: 'access', provider: did })
  return { name, lid, offers: items }
}

function useMoney(did: string | undefined, asset: string): Polled<Money> {
  const read = useCallback(async (): Promise<Money> => {
    const found = did === undefined ? undefined : (await api.balances(did)).find(one => one.asset === asset)
    return { asset, balance: BigInt(found?.balance ?? 0), debt: BigInt(found?.debt ?? 0) }
  }, [did, asset])
  return usePolled(read, BALANCE_MS)
}

function missingFor(offer: Offer | undefined, box: WalletBox, money: Money | undefined): string | undefined {
  if (offer === undefined) return 'Choose an offer first.'
  if (box.wallet === undefined) return box.state === 'locked' ? 'Unlock the wallet first.' : 'Make a wallet first.'
  if (money?.balance === 0n) return 'The wallet is empty: it needs credit first.'
  return undefined
}

/** One polite sentence when the state changes; the ticking figures are not read out. */
const SAID: Readonly<Record<PayView['phase'], string>> = {
  idle: '',
  asking: 'Asking the gateway.',
  online: 'You are online.',
  stopping: 'Stopping.',
  ended: 'You are offline.',
}

function Choosing({
  place,
  box,
  view,
}: {
  readonly place: Polled<Place>
  readonly box: WalletBox
  readonly view: PayView
}) {
  const [wanted, setWanted] = useState<string>()
  const offers = place.data?.offers
  const offer = offers?.find(one => one.id === wanted) ?? offers?.[0]
  const money = useMoney(box.wallet?.did, offer?.terms.tariff.asset ?? 'credit')
  const { wallet } = box
  const { data } = place
  return (
    <>
      <OffersPanel offers={{ ...place, data: offers }} chosen={offer?.id} onChoose={setWanted} />
      <WalletPanel box={box} money={money} />
      <StartPanel
        offer={offer}
        view={view}
        missing={missingFor(offer, box, money.data)}
        onStart={limits => {
          if (offer !== undefined && wallet !== undefined && data !== undefined) {
            void payer.start({ lid: data.lid, offer, wallet, limits })
          }
        }}
        onRetry={
          view.problem?.code === 'OTHER_TAB' && wallet !== undefined ? () => void payer.resume(wallet) : undefined
        }
      />
    </>
  )
}

/** The button that was pressed is gone with its panel: a reader goes on at the top. */
function useTitleFocus(shown: string) {
  const title = useRef<HTMLHeadingElement>(null)
  const before = useRef(shown)
  useEffect(() => {
    if (before.current !== shown) title.current?.focus()
    before.current = shown
  }, [shown])
  return title
}

export function App() {
  const view = useSyncExternalStore(payer.subscribe, payer.view)
  const place = usePolled(readPlace, OFFERS_MS)
  const box = useWallet()
  const { wallet } = box
  useEffect(() => {
    if (wallet !== undefined) void payer.resume(wallet)
  }, [wallet])
  const running = view.phase === 'online' || view.phase === 'stopping'
  const title = useTitleFocus(running ? 'online' : view.phase === 'ended' ? 'ended' : 'choosing')
  return (
    <div className="mx-auto max-w-xl px-4 pb-12">
      <header className="flex items-center justify-between gap-3 py-4">
        <div className="flex min-w-0 items-center gap-2.5">
          <img src="/favicon.svg" alt="" className="size-7" />
          <p className="truncate font-semibold">Conet</p>
        </div>
        <ThemeChoice />
      </header>
      <main className="space-y-4">
        <h1 ref={title} tabIndex={-1} className="font-semibold text-2xl tracking-tight">
          {place.data?.name ?? 'Get online'}
        </h1>
        <p role="status" className="sr-only">
          {SAID[view.phase]}
        </p>
        {running && <OnlinePanel view={view} onStop={() => payer.stop()} />}
        {view.phase === 'ended' && <EndedPanel view={view} onDismiss={() => payer.dismiss()} />}
        {!running && view.phase !== 'ended' && <Choosing place={place} box={box} view={view} />}
      </main>
    </div>
  )
}
