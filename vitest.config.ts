import { defineConfig } from 'vitest/config'
import { ClosingLine } from './test/support/closing-line.ts'

/** Projects that talk to real services: PostgreSQL, Ceph, ffmpeg, Chromium. */
const withServices = (name: string) => ({
  extends: true as const,
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    globalSetup: ['test/support/services.ts'],
  },
})

export default defineConfig({
  test: {
    globals: false,
    pool: 'forks',
    // Two cores are the smallest machine this runs on. One more than that, because many tests wait for a
    // service, a browser or a clock and leave their core to somebody else meanwhile.
    maxWorkers: 3,
    testTimeout: 120_000,
    // Whoever comes first waits until a service is up or the demo is ready for all.
    hookTimeout: 300_000,
    reporters: ['default', new ClosingLine()],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          sequence: { shuffle: true },
        },
      },
      withServices('contract'),
      withServices('integration'),
      withServices('acceptance'),
    ],
  },
})
