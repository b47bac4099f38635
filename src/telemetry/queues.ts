import { Gauge } from 'prom-client'
import type { Metrics } from './metrics.ts'

/** Shows what waits to be sent and what was given up, read whenever somebody asks for the metrics. */
export function measureQueue(
  { registry }: Metrics,
  name: 'mail' | 'webhooks',
  help: string,
  read: () => Promise<{ waiting: number; dead: number }>,
): void {
  new Gauge({
    name: `listenback_${name}`,
    help,
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      const figures = await read().catch(() => undefined)
      this.reset()
      if (!figures) return
      this.set({ state: 'waiting' }, figures.waiting)
      this.set({ state: 'dead' }, figures.dead)
    },
  })
}
