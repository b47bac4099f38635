import { QueryClientProvider } from '@tanstack/react-query'
import { createRoot } from 'react-dom/client'
import { RouterProvider } from 'react-router/dom'
import { createQueryClient, openPlayback } from './api/queries.ts'
import { startLanguage } from './i18n/language.ts'
import { Player } from './player/player.ts'
import { createRouter } from './routes.tsx'
import { PageProvider } from './shell/context.ts'
import { Session } from './shell/session.ts'
import './style/page.css'

/** Part of the document, so that the browser's own media controls and tests can find the sound. */
function soundElement(): HTMLAudioElement {
  const audio = document.createElement('audio')
  audio.preload = 'none'
  document.body.append(audio)
  return audio
}

function start(): void {
  startLanguage()
  const session = new Session()
  const client = createQueryClient({
    onSignedOut: () => session.end('expired'),
    onStepUpRequired: () => session.confirm(true),
  })
  const player = new Player(soundElement(), (wanted, signal) => openPlayback(client, wanted, signal))
  player.subscribe(() => {
    if (player.read().failure === 'signed_out') session.end('expired')
  })
  const page = document.getElementById('page')
  if (!page) throw new Error('index.html has no element with the id page')
  createRoot(page).render(
    <QueryClientProvider client={client}>
      <PageProvider value={{ player, session }}>
        <RouterProvider router={createRouter()} />
      </PageProvider>
    </QueryClientProvider>,
  )
}

start()
