/**
 * What other systems are told, as the types of CloudEvents. Where vCon has a name for the moment of a
 * recording's life (draft-howe-vcon-lifecycle), the event's data carries it as `vconLifecycle`.
 */
export const WEBHOOK_TYPES = [
  'recording.destroyed',
  'request.state_changed',
  'disclosure.sent',
  'hold.placed',
  'hold.released',
  'rules.approved',
] as const

export type WebhookType = (typeof WEBHOOK_TYPES)[number]
