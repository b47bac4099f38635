import type { Config } from '../config/config.ts'
import type { Endpoint } from '../http/endpoint.ts'
import type { Job } from '../jobs/schedule.ts'
import { HOUR, SECOND } from '../kernel/units.ts'
import { makeListNotices, makeReadNotices } from '../notices/inbox.ts'
import { countMail } from '../notices/mail-queries.ts'
import { makeFindMailWish, makeSetMailWish } from '../notices/mail-wish.ts'
import { noticeEndpoints } from '../notices/notice-routes.ts'
import { makeRemoveOldNotices } from '../notices/old-notices.ts'
import { makeSendMail, type Post } from '../notices/send-mail.ts'
import { makeRemoveOldEvents, makeSendWebhooks } from '../notices/send-webhooks.ts'
import { openSmtp } from '../notices/smtp.ts'
import { makeListUndelivered, makeResendMail } from '../notices/undelivered.ts'
import { countDeliveries } from '../notices/webhook-delivery-queries.ts'
import { webhookEndpoints } from '../notices/webhook-routes.ts'
import { makeWebhooks } from '../notices/webhooks.ts'
import { makeOutbound, type Outbound } from '../outbound/send.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { measureQueue } from '../telemetry/queues.ts'
import type { Foundation } from './foundation.ts'

export interface Notices extends Disposable {
  /** Reaches addresses that people gave. */
  readonly outbound: Outbound
  /** Absent: there is no mail server. */
  readonly post: Post | undefined
  readonly endpoints: readonly Endpoint[]
  jobs(metrics: Metrics): Job[]
}

/** Messages to people, the mail that points to them, and events for other systems. */
export function composeNotices(foundation: Foundation, config: Config, publicUrl: string): Notices {
  const { db, clock, logger } = foundation
  const smtp = config.mail ? openSmtp(config.mail) : undefined
  const sendMail = makeSendMail({
    ...{ db, clock, logger, publicUrl },
    post: smtp?.post,
    mailboxes: config.mail?.mailboxes ?? {},
  })
  const ports = { db, clock }
  const outbound = makeOutbound({ rules: config.outbound })
  const sendWebhooks = makeSendWebhooks({ ...foundation, outbound, publicUrl })
  return {
    outbound,
    post: smtp?.post,
    endpoints: [
      ...noticeEndpoints({
        listNotices: makeListNotices(ports),
        readNotices: makeReadNotices(ports),
        findMailWish: makeFindMailWish(ports),
        setMailWish: makeSetMailWish(ports),
        listUndelivered: makeListUndelivered(ports),
        resendMail: makeResendMail(ports),
      }),
      ...webhookEndpoints(makeWebhooks({ ...foundation, outbound })),
    ],
    jobs(metrics) {
      measureQueue(metrics, 'mail', 'Mail that is not sent, by state', () => countMail(db))
      measureQueue(metrics, 'webhooks', 'Events that other systems did not take, by state', () =>
        countDeliveries(db),
      )
      return [
        { name: 'send-mail', everyMs: 10 * SECOND, everywhere: true, run: (signal) => sendMail(signal) },
        {
          name: 'send-webhooks',
          everyMs: 5 * SECOND,
          everywhere: true,
          run: (signal) => sendWebhooks(signal),
        },
        { name: 'remove-old-notices', everyMs: 12 * HOUR, run: makeRemoveOldNotices(ports) },
        { name: 'remove-old-events', everyMs: 12 * HOUR, run: makeRemoveOldEvents(ports) },
      ]
    },
    [Symbol.dispose]: () => smtp?.[Symbol.dispose](),
  }
}
