const MAX_LENGTH = 2000

/**
 * Where to go after the login, as an absolute address of this site. Whatever a browser would not
 * take for a path of this very origin (`//evil`, `/\evil`, `https:evil`, tabs, credentials) becomes
 * the front page, as does the login itself, which would go round in circles.
 */
export function returnAddress(returnTo: string | undefined, publicUrl: string): string {
  const home = `${new URL(publicUrl).origin}/`
  if (returnTo === undefined || returnTo.length > MAX_LENGTH || !returnTo.startsWith('/')) return home
  const url = URL.parse(returnTo, home)
  // Dot segments are resolved by now, so `/.//evil` shows its two slashes here.
  if (!url || url.origin !== new URL(home).origin || url.pathname.startsWith('//')) return home
  return /^\/log(in|out)(\/|$)/.test(url.pathname) ? home : url.href
}
