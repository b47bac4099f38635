/**
 * Does the work for every item, at most so many at a time. When one fails, no further item is begun and
 * the failure is thrown once those under way have ended: nothing goes on behind the caller's back.
 */
export async function inParallel<T>(
  width: number,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = items.values()
  let failed = false
  async function worker(): Promise<void> {
    for (const item of waiting) {
      if (failed) return
      try {
        await work(item)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  const ended = await Promise.allSettled(Array.from({ length: width }, worker))
  const broken = ended.find((one) => one.status === 'rejected')
  if (broken) throw broken.reason
}
