/** What an area has to say of itself to be placed. */
export interface Placed {
  readonly path: string
  /** What belongs together; absent: it stands for itself. */
  readonly group?: string
}

/** A link of the header: to an area that stands for itself, or to the first of those that belong together. */
export interface Entry<A extends Placed> {
  readonly path: string
  /** Null where the link is to one area and has its name. */
  readonly group: NonNullable<A['group']> | null
  readonly areas: readonly [A, ...A[]]
}

export interface Navigation<A extends Placed> {
  readonly entries: readonly Entry<A>[]
  /** The one that the page belongs to; absent on pages of no area. */
  readonly current: Entry<A> | undefined
}

/** More than this in one row is a list to search in, not a choice to see. */
export const MOST_IN_A_ROW = 6

/** Pure: few areas stand in one row; of many, those that belong together share a link. */
export function navigationOf<A extends Placed>(areas: readonly A[], pathname: string): Navigation<A> {
  const entries = areas.length > MOST_IN_A_ROW ? grouped(areas) : areas.map((area) => entryOf<A>([area]))
  return { entries, current: entries.find((entry) => entry.areas.some((area) => isInside(pathname, area))) }
}

/** Deeper down included. */
const isInside = (pathname: string, { path }: Placed): boolean =>
  pathname === path || pathname.startsWith(path === '/' ? '/gesprekken/' : `${path}/`)

function grouped<A extends Placed>(areas: readonly A[]): Entry<A>[] {
  const together = new Map<string, [A, ...A[]]>()
  for (const area of areas) {
    const key = area.group ?? area.path
    const others = together.get(key)
    if (others) others.push(area)
    else together.set(key, [area])
  }
  return [...together.values()].map(entryOf)
}

const entryOf = <A extends Placed>(areas: readonly [A, ...A[]]): Entry<A> => ({
  path: areas[0].path,
  group: areas.length > 1 ? (areas[0].group ?? null) : null,
  areas,
})
