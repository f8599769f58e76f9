import type { Area, Wall } from '../scenario/types.js'

/** Buildings on the ground plan; found by a grid, so a question costs what stands near its line. */
export interface Walls {
  readonly count: number
  /** Outer walls that the straight line between two places crosses. */
  crossings(ax: number, ay: number, bx: number, by: number): number
  inside(xM: number, yM: number): boolean
}

const GRID_M = 25

/** @param outlines - corners in metres; the last joins the first */
export function indexWalls(outlines: readonly Wall[], area: Area): Walls {
  return new WallGrid(outlines, area)
}

class WallGrid implements Walls {
  readonly count: number
  private readonly columns: number
  private readonly rows: number
  /** Edges as ax, ay, bx, by. */
  private readonly edges: number[] = []
  private readonly buckets = new Map<number, number[]>()
  private readonly stamp: Int32Array
  private question = 0

  constructor(outlines: readonly Wall[], area: Area) {
    this.count = outlines.length
    this.columns = Math.ceil(area.widthM / GRID_M) + 1
    this.rows = Math.ceil(area.heightM / GRID_M) + 1
    for (const outline of outlines) {
      outline.forEach(([x, y], i) => {
        const [nx, ny] = outline[(i + 1) % outline.length] ?? [x, y]
        this.addEdge(x, y, nx, ny)
      })
    }
    this.stamp = new Int32Array(this.edges.length / 4)
  }

  crossings(ax: number, ay: number, bx: number, by: number): number {
    if (this.count === 0) return 0
    this.question++
    let count = 0
    this.along(ax, ay, bx, by, bucket => {
      for (const edge of this.buckets.get(bucket) ?? []) {
        if (this.stamp[edge] === this.question) continue
        this.stamp[edge] = this.question
        if (this.crosses(edge, ax, ay, bx, by)) count++
      }
    })
    return count
  }

  /** Odd crossings of a ray to the western edge: inside (Jordan curve). */
  inside(xM: number, yM: number): boolean {
    return this.crossings(-1, yM + 1e-7, xM, yM + 1e-7) % 2 === 1
  }

  private addEdge(ax: number, ay: number, bx: number, by: number): void {
    const edge = this.edges.length / 4
    this.edges.push(ax, ay, bx, by)
    this.along(ax, ay, bx, by, bucket => {
      const list = this.buckets.get(bucket)
      if (list === undefined) this.buckets.set(bucket, [edge])
      else if (list[list.length - 1] !== edge) list.push(edge)
    })
  }

  /** Grid squares that a line touches: per column, the rows between its heights at both sides. */
  private along(ax: number, ay: number, bx: number, by: number, visit: (bucket: number) => void): void {
    const [leftX, leftY, rightX, rightY] = ax <= bx ? [ax, ay, bx, by] : [bx, by, ax, ay]
    const slope = rightX === leftX ? 0 : (rightY - leftY) / (rightX - leftX)
    const first = clamp(Math.floor(leftX / GRID_M), this.columns)
    const last = clamp(Math.floor(rightX / GRID_M), this.columns)
    for (let column = first; column <= last; column++) {
      const fromY = column === first ? leftY : leftY + slope * (column * GRID_M - leftX)
      const toY = column === last ? rightY : leftY + slope * ((column + 1) * GRID_M - leftX)
      const low = clamp(Math.floor(Math.min(fromY, toY) / GRID_M), this.rows)
      const high = clamp(Math.floor(Math.max(fromY, toY) / GRID_M), this.rows)
      for (let row = low; row <= high; row++) visit(row * this.columns + column)
    }
  }

  private crosses(edge: number, ax: number, ay: number, bx: number, by: number): boolean {
    const { edges } = this
    const [cx = 0, cy = 0, dx = 0, dy = 0] = [
      edges[4 * edge],
      edges[4 * edge + 1],
      edges[4 * edge + 2],
      edges[4 * edge + 3],
    ]
    const one = side(ax, ay, bx, by, cx, cy) > 0 !== side(ax, ay, bx, by, dx, dy) > 0
    return one && side(cx, cy, dx, dy, ax, ay) > 0 !== side(cx, cy, dx, dy, bx, by) > 0
  }
}

function side(ax: number, ay: number, bx: number, by: number, px: number, py: number): number {
  return (bx - ax) * (py - ay) - (by - ay) * (px - ax)
}

function clamp(index: number, count: number): number {
  return Math.max(0, Math.min(count - 1, index))
}
