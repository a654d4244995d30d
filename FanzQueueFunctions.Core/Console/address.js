// The place in the console, kept after the # of the address: which view, and what it is asked. Never a key.

import { isGiven } from './filter.js';

/** { view: 'items', id: undefined, query: { status: 'failed' } } of "#/items?status=failed". */
export function readAddress() {
  const [path, query] = location.hash.replace(/^#\/?/, '').split('?');
  const [view, id] = path.split('/');
  return { view: view || 'overview', id, query: Object.fromEntries(new URLSearchParams(query ?? '')) };
}

/** The address of a view; what is empty in the query is left out. */
export function addressOf(view, query = {}) {
  const asked = new URLSearchParams(Object.entries(query).filter(([name, value]) => isGiven(name, value)));
  return asked.size ? `#/${view}?${asked}` : `#/${view}`;
}

export function go(view, query) {
  location.hash = addressOf(view, query);
}
