/** A browser reduced to what a login needs: cookies per origin, forms and redirects, one step at a time. */
export interface Visitor {
  readonly cookies: Map<string, Map<string, string>>
  get(url: string, headers?: Record<string, string>): Promise<Response>
  post(url: string, form: Record<string, string>): Promise<Response>
  /** Follows redirects while they lead to this origin. */
  follow(response: Response, origin: string): Promise<Response>
  cookieHeader(origin: string): string
}

export function newVisitor(): Visitor {
  const cookies = new Map<string, Map<string, string>>()
  const jar = (url: string) => {
    const { host } = new URL(url)
    const found = cookies.get(host) ?? new Map<string, string>()
    cookies.set(host, found)
    return found
  }
  const cookieHeader = (url: string) => [...jar(url)].map(([name, value]) => `${name}=${value}`).join('; ')

  async function send(url: string, init: RequestInit): Promise<Response> {
    const headers = { ...(init.headers as Record<string, string>), cookie: cookieHeader(url) }
    const response = await fetch(url, { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) store(jar(url), line)
    return Object.defineProperty(response, 'url', { value: url })
  }

  return {
    cookies,
    cookieHeader,
    get: (url, headers = {}) => send(url, { headers }),
    post: (url, form) => send(url, { method: 'POST', body: new URLSearchParams(form), headers: {} }),
    async follow(response, origin) {
      let at = response
      for (let location = locationOf(at); location?.startsWith(origin); location = locationOf(at)) {
        at = await send(location, { headers: {} })
      }
      return at
    },
  }
}

/** Where a redirect leads, as an absolute address; undefined when the answer is not one. */
export function locationOf(response: Response): string | undefined {
  const location = response.headers.get('location')
  return location === null ? undefined : new URL(location, response.url).href
}

/** What a page of ours would read before it changes something. */
export async function csrfToken(origin: string, visitor: Visitor): Promise<string> {
  const me = (await (await visitor.get(`${origin}/v1/me`)).json()) as { csrfToken: string }
  return me.csrfToken
}

function store(jar: Map<string, string>, line: string): void {
  const [pair = '', ...attributes] = line.split(';').map((part) => part.trim())
  const at = pair.indexOf('=')
  const name = pair.slice(0, at)
  const gone = attributes.some((part) => /^max-age=0$/i.test(part) || /^expires=Thu, 01 Jan 1970/i.test(part))
  if (gone) jar.delete(name)
  else jar.set(name, pair.slice(at + 1))
}
