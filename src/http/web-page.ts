import { existsSync } from 'node:fs'
import { join } from 'node:path'
import express, { type RequestHandler, Router } from 'express'

/** Addresses inside the page; the page's own router takes them from there. */
const NAVIGATION = [
  '/',
  '/gesprekken',
  '/gesprekken/:id',
  '/voorkeuren',
  '/berichten',
  '/coaching',
  '/coaching/:id',
  '/coaching/:id/ijking',
  '/coaching/:id/:n',
  '/terugkoppeling',
  '/toezicht',
  '/opnamen',
  '/opnamen/:id',
  '/blokkades',
  '/blokkades/:id',
  '/beheer',
  '/beluisteren',
  '/beluisteren/:id',
  '/bewaartermijnen',
  '/bewaartermijnen/:version',
  '/goedkeuringen',
  '/opruimen',
  '/opruimen/:id',
  '/verklaringen',
  '/noodtoegang',
  '/logboek',
  '/certificaat',
  '/certificaat/:no',
  '/verzoeken',
  '/verzoeken/nieuw',
  '/verzoeken/:id',
  '/privacyverzoeken',
  '/privacyverzoeken/nieuw',
  '/privacyverzoeken/:id',
  '/verstrekkingen',
  '/verstrekkingen/:id',
  '/verstrekking/:id',
  '/leveranciers',
  '/inzage-uitgesteld',
  '/naamverzoeken',
  '/datalekken',
  '/verwerkingsregister',
]

/**
 * Serves the built web page: hashed assets for ever, the page itself never from a cache.
 * Any other path stays a 404, so that nobody can be served a page under a made-up address.
 */
export function webPage(builtDir: string): Router {
  const router = Router()
  const page: RequestHandler = (_req, res) => {
    res.set('Cache-Control', 'no-cache').sendFile(join(builtDir, 'index.html'))
  }
  if (!existsSync(join(builtDir, 'index.html'))) return router
  router.get(NAVIGATION, page)
  router.use(
    '/assets',
    express.static(join(builtDir, 'assets'), {
      immutable: true,
      maxAge: '1y',
      index: false,
      fallthrough: true,
    }),
  )
  router.use(express.static(builtDir, { index: false, maxAge: '1h', redirect: false }))
  return router
}
