import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

export interface OpenDescriptors {
  readonly sockets: number
  readonly files: readonly string[]
  readonly total: number
}

/** What a process holds open right now (Linux). */
export function openDescriptors(pid: number): OpenDescriptors {
  const targets = readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)]
    } catch {
      // Closed between the listing and the look.
      return []
    }
  })
  return {
    sockets: targets.filter((target) => target.startsWith('socket:')).length,
    files: targets.filter((target) => target.startsWith('/') && !target.startsWith('/dev/')),
    total: targets.length,
  }
}

/** Resident memory of a process now, in bytes. */
export const residentBytes = (pid: number): number => statusBytes(pid, 'VmRSS')

/** Highest resident memory of a process since it started, in bytes. */
export const peakResidentBytes = (pid: number): number => statusBytes(pid, 'VmHWM')

function statusBytes(pid: number, field: string): number {
  const kib = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(
    readFileSync(`/proc/${pid}/status`, 'utf8'),
  )?.[1]
  if (!kib) throw new Error(`no ${field} for process ${pid}`)
  return Number(kib) * 1024
}

/** Waits until the process holds no more descriptors than before; throws with what is left over. */
export async function expectNoLeak(pid: number, before: OpenDescriptors, withinMs = 5000): Promise<void> {
  const deadline = Date.now() + withinMs
  let now = openDescriptors(pid)
  while (now.total > before.total && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    now = openDescriptors(pid)
  }
  if (now.total <= before.total) return
  throw new Error(
    `descriptors leaked: ${before.total} before, ${now.total} now (${now.sockets} sockets, ${now.files})`,
  )
}
