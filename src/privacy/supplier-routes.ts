import { z } from 'zod'
import { actorOf } from '../access/authenticate.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import { dayOf } from '../kernel/calendar.ts'
import type { Clock } from '../kernel/clock.ts'
import type { SupplierRow } from './supplier-queries.ts'
import { type Suppliers, SupplierWantedSchema } from './suppliers.ts'

const TAG = 'Disclosures'
const ById = z.strictObject({ id: z.string().meta({ description: 'UUID', format: 'uuid' }) })

const SupplierSchema = z
  .strictObject({
    ...SupplierWantedSchema.shape,
    id: z.uuid(),
    entities: z.array(z.string()),
    inForce: z.boolean().meta({ description: 'Whether the agreement is in force today' }),
    changedBy: z.string(),
    changedAt: z.iso.datetime({ offset: true }),
  })
  .meta({ id: 'Supplier' })

const present = (row: SupplierRow, today: string): z.input<typeof SupplierSchema> => ({
  id: row.id,
  legalName: row.legal_name,
  country: row.country,
  type: row.type,
  agreementRef: row.agreement_ref,
  validFrom: row.valid_from,
  validUntil: row.valid_until,
  purposes: row.purposes,
  products: row.products,
  subPrefix: row.sub_prefix,
  contactMail: row.contact_mail,
  entities: row.entities,
  inForce: row.valid_from <= today && today <= row.valid_until,
  changedBy: row.changed_by,
  changedAt: row.changed_at.toISOString(),
})

/** The register of suppliers and partners. */
export const supplierEndpoints = (suppliers: Suppliers, clock: Clock): Endpoint[] => [
  ...writeEndpoints(suppliers, clock),
  listEndpoint(suppliers, clock),
]

const writeEndpoints = (suppliers: Suppliers, clock: Clock): Endpoint[] => [
  endpoint({
    method: 'post',
    path: '/v1/suppliers',
    operationId: 'addSupplier',
    summary: 'Register a supplier or partner with its agreement',
    description: 'In a member state of the EU, without exception. Its people lose access with the agreement.',
    tag: TAG,
    body: SupplierWantedSchema,
    responses: { 201: { description: 'Registered', content: { 'application/json': SupplierSchema } } },
    problems: ['invalid_request', 'forbidden', 'outside_eu', 'invalid_disclosure', 'unavailable'],
    async handle({ body, req, res }) {
      const row = await suppliers.add(actorOf(req), body)
      res.setHeader('Cache-Control', 'private, no-store')
      res.status(201).json(present(row, dayOf(clock.now())))
    },
  }),
  endpoint({
    method: 'put',
    path: '/v1/suppliers/{id}',
    operationId: 'changeSupplier',
    summary: 'Renew or correct what is registered of a supplier',
    tag: TAG,
    params: ById,
    body: SupplierWantedSchema,
    responses: { 200: { description: 'As it is now', content: { 'application/json': SupplierSchema } } },
    problems: [
      'invalid_request',
      'forbidden',
      'not_found',
      'outside_eu',
      'invalid_disclosure',
      'unavailable',
    ],
    async handle({ params, body, req, res }) {
      const row = await suppliers.change(actorOf(req), params.id, body)
      res.setHeader('Cache-Control', 'private, no-store')
      res.json(present(row, dayOf(clock.now())))
    },
  }),
]

const listEndpoint = (suppliers: Suppliers, clock: Clock): Endpoint =>
  endpoint({
    method: 'get',
    path: '/v1/suppliers',
    operationId: 'listSuppliers',
    summary: 'List suppliers and partners by name',
    tag: TAG,
    responses: {
      200: {
        description: 'All of them',
        content: { 'application/json': z.strictObject({ items: z.array(SupplierSchema) }) },
      },
    },
    problems: ['forbidden', 'unavailable'],
    async handle({ req, res }) {
      const rows = await suppliers.list(actorOf(req))
      const today = dayOf(clock.now())
      res.setHeader('Cache-Control', 'private, no-store')
      res.json({ items: rows.map((row) => present(row, today)) })
    },
  })
