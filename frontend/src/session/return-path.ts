// Where somebody wanted to go who had to sign in first. It stands in the address of the sign-in page, where anybody
// can have written it: only pages of this app are gone to.

/** The address of a page on the way to which one goes on to this place: a path with its query. */
export function withReturn(page: string, place: string): string {
  return place === "/" ? page : `${page}?next=${encodeURIComponent(place)}`;
}

/** Another page on the same way. */
export function onTheWay(page: string, search: string): string {
  return withReturn(page, new URLSearchParams(search).get("next") ?? "/");
}

/** The place that the query of the sign-in page names, or the first page. */
export function returnPath(search: string, origin: string): string {
  const next = new URLSearchParams(search).get("next") ?? "/";
  // What a browser would take for another host, or for no path at all.
  if (!/^\/(?![/\\])/.test(next)) return "/";
  try {
    const url = new URL(next, origin);
    return url.origin === origin ? url.pathname + url.search : "/";
  } catch {
    return "/";
  }
}
