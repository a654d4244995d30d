// Platforms to choose from: those that there are, whatever somebody called them.
import { read } from './api.js';
import { h } from './dom.js';
import { nameOf, shortNameOf } from './filter.js';

const age = 60_000;
let known = { at: 0, names: [] };

/** The names of all platforms that have anything, as the overview knows them. */
export async function platformNames() {
  if (Date.now() - known.at > age) learn((await read('overview')).platforms);
  return known.names;
}

export function learn(platforms) {
  known = { at: Date.now(), names: platforms.map((one) => one.platform) };
}

/** A field of a form. Its value is empty for any, else the name behind a sign: a name may be empty. */
export function platformField(chosen, names, attributes) {
  const all = chosen === undefined || names.includes(chosen) ? names : [chosen, ...names];
  return h('label', {}, h('span', {}, 'Platform'), h('select', { name: 'platform', 'aria-label': 'Platform', 'data-value': chosen === undefined ? '' : `=${chosen}`, ...attributes },
    h('option', { value: '' }, 'any'),
    all.map((name) => h('option', { value: `=${name}`, title: nameOf(name), selected: name === chosen }, shortNameOf(name)))));
}

/** The name that such a value stands for; undefined for any. */
export const platformOf = (value) => (value ? value.slice(1) : undefined);
