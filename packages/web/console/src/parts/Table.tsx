import type { ReactNode } from 'react'

export interface Column<T> {
  readonly head: string
  readonly cell: (row: T) => ReactNode
  readonly numeric?: boolean
  /** The column that names the row. */
  readonly names?: boolean
}

interface Props<T> {
  readonly caption: string
  readonly columns: readonly Column<T>[]
  readonly rows: readonly T[]
  readonly rowKey: (row: T) => string
}

function Cell<T>({ column, row }: { readonly column: Column<T>; readonly row: T }) {
  if (column.names === true) {
    return (
      <th scope="row" role="rowheader" className="text-left align-top font-medium">
        {column.cell(row)}
      </th>
    )
  }
  return (
    <td
      role="cell"
      data-head={column.head}
      className={`align-top ${column.numeric === true ? 'md:whitespace-nowrap md:text-right' : ''}`}
    >
      <span>{column.cell(row)}</span>
    </td>
  )
}

/**
 * A table that turns into cards on narrow screens. The roles are written out because `display: block` takes them away
 * in some browsers.
 */
export function Table<T>({ caption, columns, rows, rowKey }: Props<T>) {
  return (
    <div className="md:overflow-x-auto">
      <table role="table" className="stack w-full">
        <caption className="sr-only">{caption}</caption>
        <thead role="rowgroup" className="text-muted text-sm">
          <tr role="row">
            {columns.map(column => (
              <th
                key={column.head}
                scope="col"
                role="columnheader"
                className={`whitespace-nowrap font-normal ${column.numeric === true ? 'text-right' : 'text-left'}`}
              >
                {column.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map(row => (
            <tr key={rowKey(row)} role="row" className="border-line border-t">
              {columns.map(column => (
                <Cell key={column.head} column={column} row={row} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
