/** Pure: the line that a finding is about, `rules[3].period (line 71): …`; null when it is about none. */
export function lineOf(message: string): number | null {
  const [, line] = /\bline (\d+)/.exec(message) ?? []
  return line === undefined ? null : Number(line)
}
