import type { ReactNode } from 'react'
import { useNode } from '../hooks/queries.js'
import { CopyButton, ShortId } from '../parts/Identifier.js'
import { Loaded } from '../parts/Notice.js'
import { Panel } from '../parts/Panel.js'

function Row({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="flex flex-wrap items-baseline justify-between gap-x-4 px-4 py-2 md:px-5">
      <dt className="shrink-0 text-muted">{name}</dt>
      <dd className="wrap-anywhere ml-auto flex min-w-0 flex-wrap items-baseline justify-end gap-2 text-right">
        {children}
      </dd>
    </div>
  )
}

/** Who this node is on the ledger, and how far its copy of the ledger goes. */
export function NodePanel() {
  const query = useNode()
  return (
    <Panel title="This node">
      <Loaded query={query}>
        {node => (
          <dl className="divide-y divide-line">
            <Row name="Name">
              {node.name} <span className="text-muted">{node.networkType}</span>
            </Row>
            <Row name="DID">
              <ShortId text={node.did} />
              <CopyButton text={node.did} what="the DID" />
            </Row>
            <Row name="Ledger">
              <ShortId text={node.lid} head={12} />
            </Row>
            <Row name="Engine">{node.engine}</Row>
            <Row name="Height">{node.height.toLocaleString('en')}</Row>
            <Row name="App hash">
              <ShortId text={node.appHash} head={10} />
              <CopyButton text={node.appHash} what="the app hash" />
            </Row>
            <Row name="Version">{node.version}</Row>
          </dl>
        )}
      </Loaded>
    </Panel>
  )
}
