import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const CHROMIUM = '/usr/bin/chromium'

/** Without these Chromium looks for its maker's servers, and as root it does not start at all. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Plays into a null sink in real time, as a machine without a sound card otherwise would not.
  '--mute-audio',
  '--autoplay-policy=no-user-gesture-required',
]

/** Debian's Chromium, headless, in a profile of its own that playwright removes. */
export function launchBrowser(): Promise<Browser> {
  if (!existsSync(CHROMIUM)) throw new Error('Chromium is missing: apt-get install chromium')
  return chromium.launch({ executablePath: CHROMIUM, headless: true, args: FLAGS })
}
