import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import express, { Router } from 'express'

const require = createRequire(import.meta.url)
const swaggerDir = dirname(require.resolve('swagger-ui-dist/package.json'))

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Listenback API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`

const START = `window.SwaggerUIBundle({ url: '/openapi.json', dom_id: '#swagger-ui', deepLinking: true, validatorUrl: null })\n`

/** The API documentation, served from here alone: swagger-ui sets style attributes, so only these pages allow them. */
export function docsPage(document: object): Router {
  const router = Router()
  const text = JSON.stringify(document)
  router.get('/openapi.json', (_req, res) => {
    res.set('Cache-Control', 'no-cache').type('application/json').send(text)
  })
  router.use('/docs', (_req, res, next) => {
    const policy = String(res.getHeader('Content-Security-Policy'))
    res.set('Content-Security-Policy', policy.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'"))
    next()
  })
  router.get('/docs', (_req, res) => {
    res.set('Cache-Control', 'no-cache').type('html').send(PAGE)
  })
  router.get('/docs/start.js', (_req, res) => {
    res.type('text/javascript').send(START)
  })
  router.use('/docs', express.static(swaggerDir, { index: false, maxAge: '1h', redirect: false }))
  return router
}
