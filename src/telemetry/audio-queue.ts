import { Gauge } from 'prom-client'
import type { Metrics } from './metrics.ts'

export interface QueueFigures {
  readonly waiting: number
  readonly parked: number
  readonly oldestSeconds: number
}

/** Shows what waits for the decoder, read whenever somebody asks for the metrics; nothing while it cannot be read. */
export function measureAudioQueue({ registry }: Metrics, read: () => Promise<QueueFigures>): void {
  const registers = [registry]
  const oldest = new Gauge({
    name: 'listenback_audio_oldest_waiting_seconds',
    help: 'How long the oldest work on audio has been waiting',
    registers,
  })
  new Gauge({
    name: 'listenback_audio_work',
    help: 'Work on audio that is not done, by state',
    labelNames: ['state'],
    registers,
    async collect() {
      const figures = await read().catch(() => undefined)
      this.reset()
      oldest.reset()
      if (!figures) return
      this.set({ state: 'waiting' }, figures.waiting)
      this.set({ state: 'parked' }, figures.parked)
      oldest.set(figures.oldestSeconds)
    },
  })
}
