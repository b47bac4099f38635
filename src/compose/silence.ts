import type { Endpoint } from '../http/endpoint.ts'
import { makeReportPayment, type ReportPaymentPorts } from '../recordings/report-payment.ts'
import { silenceEndpoints } from '../recordings/silence-routes.ts'

/** What is to be heard no more of a stored recording. */
export const composeSilence = ({ db, clock, find }: ReportPaymentPorts): Endpoint[] =>
  silenceEndpoints(makeReportPayment({ db, clock, find }))
