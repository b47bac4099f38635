import express, { type RequestHandler } from 'express'
import { Problem } from '../kernel/problem.ts'
import { SECOND } from '../kernel/units.ts'

const LONGEST = 15 * SECOND
const parse = express.json({ limit: '100kb', strict: true, inflate: false })
const parseForm = express.urlencoded({ limit: '10kb', extended: false, inflate: false, parameterLimit: 20 })

/**
 * Reads a JSON body of at most 100 kB. The server sets no limit on whole requests, so a body that
 * does not arrive is given up here: 408 after fifteen seconds.
 */
export const jsonBody: RequestHandler = (req, res, next) => read(parse, req, res, next)

/** The same for what a form in a browser sends without a script, of at most 10 kB; JSON is left to `jsonBody`. */
export const formBody: RequestHandler = (req, res, next) => read(parseForm, req, res, next)

function read(parser: RequestHandler, ...[req, res, next]: Parameters<RequestHandler>): void {
  let answered = false
  const once: typeof next = (error?: unknown) => {
    clearTimeout(timer)
    if (!answered) next(error)
    answered = true
  }
  const timer = setTimeout(() => once(new Problem('upload_too_slow')), LONGEST)
  void parser(req, res, once)
}
