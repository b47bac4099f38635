import { useQuery } from '@tanstack/react-query'
import { ApiProblem, request } from '../api/request.ts'
import type { Certificate, ProvenCertificate, SigningKey, SigningKeys } from './certificate.ts'
import { type Checked, checkCertificate, type Link, linkOf, textToCheck } from './verify.ts'

/** The public keys; nothing else of the service is needed to check a certificate. */
export const useSigningKeys = () =>
  useQuery({
    queryKey: ['signing-keys'],
    queryFn: ({ signal }) => request<SigningKeys>('/v1/signing-keys', { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  })

/** A certificate by its number, exactly as the service tells it. */
export const useCertificate = (no: string) =>
  useQuery({
    queryKey: ['certificate', no],
    queryFn: ({ signal }) => request<ProvenCertificate>(pathOf(no), { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  })

export interface Outcome {
  readonly checked: Checked
  /** `unknown`: the certificate before could not be fetched. */
  readonly link: Link | 'unknown' | null
}

/** Checks a text in this browser, and whether it follows the certificate that has the number before. */
export const useOutcome = (text: string | null, keys: readonly SigningKey[] | undefined) =>
  useQuery({
    queryKey: ['checked', text, keys?.map(({ kid }) => kid)],
    queryFn: async ({ signal }): Promise<Outcome> => {
      const checked = await checkCertificate(text ?? '', keys ?? [])
      if (checked.verdict !== 'genuine') return { checked, link: null }
      return { checked, link: await linkTo(checked.certificate, keys ?? [], signal) }
    },
    enabled: text !== null && keys !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  })

async function linkTo(one: Certificate, keys: readonly SigningKey[], signal: AbortSignal) {
  if (one.no === 1) return linkOf(one, undefined)
  try {
    const before = await request<ProvenCertificate>(pathOf(one.no - 1), { signal })
    return await linkOf(one, await checkCertificate(textToCheck(before), keys))
  } catch (error) {
    // Without a connection the certificate is as genuine as before; only its place is not known.
    if (error instanceof ApiProblem) return 'unknown'
    throw error
  }
}

const pathOf = (no: string | number): string => `/v1/certificates/${encodeURIComponent(no)}`
