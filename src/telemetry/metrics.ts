import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** Counters and gauges of the service. Labels are route patterns and codes, never ids of people or recordings. */
export function createMetrics() {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  return {
    registry,
    requests: new Histogram({
      name: 'listenback_http_request_seconds',
      help: 'Duration of requests until the end of the response',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60],
      registers,
    }),
    swept: new Counter({
      name: 'listenback_sweep_recordings_total',
      help: 'Recordings that the sweep moved on, by outcome',
      labelNames: ['outcome'],
      registers,
    }),
    ...concerns(registers),
    audioWork: new Histogram({
      name: 'listenback_audio_work_seconds',
      help: 'Duration of work on audio, by kind and outcome',
      labelNames: ['kind', 'outcome'],
      buckets: [0.1, 0.5, 1, 5, 10, 30, 60, 300, 900],
      registers,
    }),
    scrubbed: new Counter({
      name: 'listenback_scrub_renditions_total',
      help: 'Stored files that were read again, by outcome',
      labelNames: ['outcome'],
      registers,
    }),
    jobFailures: new Counter({
      name: 'listenback_job_failures_total',
      help: 'Background jobs that ended with an error',
      labelNames: ['job'],
      registers,
    }),
    ready: new Gauge({
      name: 'listenback_ready',
      help: '1 while a part of the service works, by part',
      labelNames: ['part'],
      registers,
    }),
  }
}

/** What waits for somebody; each is said anew every time, also that there is nothing left of it. */
const concerns = (registers: Registry[]) => ({
  attention: new Gauge({
    name: 'listenback_retention_attention',
    help: 'What nothing ends by itself and somebody has to look at, by concern',
    labelNames: ['concern'],
    registers,
  }),
  oversight: new Gauge({
    name: 'listenback_oversight',
    help: 'What staff did that waits for an officer, by concern',
    labelNames: ['concern'],
    registers,
  }),
  privacyRequests: new Gauge({
    name: 'listenback_privacy_requests',
    help: 'Privacy requests that are open, almost due, too late, or past a day of review, by clock',
    labelNames: ['clock'],
    registers,
  }),
})

export type Metrics = ReturnType<typeof createMetrics>
