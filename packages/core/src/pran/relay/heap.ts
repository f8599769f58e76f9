/** Smallest priority first, of equal ones the largest item; an item may stand in it several times. */
export interface Heap {
  push(item: number, priority: number): void
  pop(): HeapEntry | undefined
}

export interface HeapEntry {
  readonly item: number
  readonly priority: number
}

/** Binary heap. */
export function createHeap(): Heap {
  const entries: HeapEntry[] = []
  return {
    push(item, priority) {
      entries.push({ item, priority })
      rise(entries)
    },
    pop() {
      const top = entries[0]
      const last = entries.pop()
      if (top !== undefined && last !== undefined && entries.length > 0) {
        entries[0] = last
        sink(entries)
      }
      return top
    },
  }
}

function rise(entries: HeapEntry[]): void {
  for (let at = entries.length - 1; at > 0; ) {
    const parent = (at - 1) >> 1
    if (!exchanged(entries, parent, at)) return
    at = parent
  }
}

function sink(entries: HeapEntry[]): void {
  for (let at = 0; ; ) {
    const left = 2 * at + 1
    const child = before(entries[left + 1], entries[left]) ? left + 1 : left
    if (!exchanged(entries, at, child)) return
    at = child
  }
}

/** Puts the child above its parent if it belongs there. */
function exchanged(entries: HeapEntry[], parent: number, child: number): boolean {
  const above = entries[parent]
  const below = entries[child]
  if (above === undefined || below === undefined || !before(below, above)) return false
  entries[parent] = below
  entries[child] = above
  return true
}

function before(a: HeapEntry | undefined, b: HeapEntry | undefined): boolean {
  if (a === undefined || b === undefined) return false
  return a.priority < b.priority || (a.priority === b.priority && a.item > b.item)
}
