import type { Reporter, TestModule } from 'vitest/node'

/**
 * Ends the output with `N passed, N failed` alone on a line. A file that could not be loaded and
 * an error outside any test count as failed; a run without a single test is a failed run.
 */
export class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const count = (state: string) => tests.filter((test) => test.result().state === state).length
    const broken = modules.reduce((sum, module) => sum + brokenParts(module), 0)
    const passed = count('passed')
    // A skipped test has proved nothing; skipping is not allowed here, so it fails the run.
    const failed = count('failed') + count('skipped') + count('pending') + broken + errors.length
    if (failed > 0 || passed === 0) process.exitCode = 1
    // After every other reporter, also when their output is still being written.
    process.once('exit', () => process.stdout.write(`\n${passed} passed, ${failed} failed\n`))
  }
}

/** Files and suites that failed outside their tests, for example in an import or a hook. */
function brokenParts(module: TestModule): number {
  const suites = [...module.children.allSuites()].filter((suite) => suite.errors().length > 0)
  return suites.length + (module.errors().length > 0 ? 1 : 0)
}
