import winston from 'winston'
import { redact } from './redact.ts'
import { currentRequestId } from './request-id.ts'

export type Logger = winston.Logger

const addContext = winston.format((info) => {
  const requestId = currentRequestId()
  return requestId ? { ...info, 'http.request.id': requestId } : info
})

const redactInfo = winston.format((info) => redact(info) as winston.Logform.TransformableInfo)

const ecs = winston.format((info) => {
  const { level, message, timestamp, ...rest } = info
  return {
    '@timestamp': timestamp,
    'log.level': level,
    level,
    message,
    'service.name': 'listenback',
    ...rest,
  } as never
})

/** One JSON line per event with ECS names; redaction is part of the logger and cannot be switched off. */
export function createLogger(level: string): Logger {
  return winston.createLogger({
    level,
    format: winston.format.combine(
      winston.format.timestamp(),
      addContext(),
      redactInfo(),
      ecs(),
      winston.format.json(),
    ),
    transports: [new winston.transports.Console({ stderrLevels: ['error', 'warn', 'info', 'debug'] })],
  })
}
