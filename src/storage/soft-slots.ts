export interface SoftSlots {
  /** A place as soon as one is free, first come, first served; after the longest wait, one beyond the limit. */
  take(): Promise<Disposable>
  /** A place if one is free and nobody waits for it. */
  tryTake(): Disposable | undefined
}

/**
 * Places that bound memory while their holders are quick, and give way when they are slow: whoever has
 * waited long enough goes on without one, so nobody can be shut out by holders that never finish.
 */
export function softSlots({ places, longestWaitMs }: { places: number; longestWaitMs: number }): SoftSlots {
  let taken = 0
  const waiting: (() => void)[] = []

  function place(): Disposable {
    taken += 1
    let isHeld = true
    return {
      [Symbol.dispose]() {
        if (!isHeld) return
        isHeld = false
        taken -= 1
        if (taken < places) waiting.shift()?.()
      },
    }
  }

  function turn(): Promise<void> {
    return new Promise((resolve) => {
      const go = (): void => {
        clearTimeout(timer)
        resolve()
      }
      const timer = setTimeout(() => {
        waiting.splice(waiting.indexOf(go), 1)
        resolve()
      }, longestWaitMs)
      waiting.push(go)
    })
  }

  return {
    async take() {
      if (taken >= places || waiting.length > 0) await turn()
      return place()
    },
    tryTake: () => (taken < places && waiting.length === 0 ? place() : undefined),
  }
}
