// Failed items by cause: what went wrong, how often, since when, where; and all of one cause retried or cancelled at once.
import { addressOf } from './address.js';
import { mayChange, read } from './api.js';
import { askForChange } from './change.js';
import { h } from './dom.js';
import { ago, many, number } from './format.js';

const windows = { '1h': 3600, '24h': 86_400, '7d': 604_800 };

export const failures = {
  title: 'Failures',

  async load({ query }) {
    const seconds = windows[query.since];
    const since = seconds && new Date(Math.floor(Date.now() / 1000 - seconds) * 1000).toISOString();
    return { ...(await read('failures', { since })), window: query.since in windows ? query.since : '', since };
  },

  render({ causes, isWhole, window, since }) {
    return [
      h('div', { class: 'head' },
        h('h1', {}, 'Failures by cause'),
        h('nav', { class: 'segments', 'aria-label': 'Failed since' }, ['', ...Object.keys(windows)].map((name) => h('a', {
          href: addressOf('failures', { since: name }), 'aria-current': name === window && 'true',
        }, name || 'all')))),
      causes.length === 0
        ? h('p', { class: 'empty' }, window ? `Nothing failed in the last ${window}.` : 'Nothing is failed.')
        : h('ol', { class: 'causes' }, causes.map((cause) => card(cause, since))),
      !isWhole && h('p', { class: 'hint' }, 'There are more than 100 causes; the newest are shown.'),
    ];
  },
};

function card(cause, since) {
  const count = `${number(cause.count)}${cause.isExact ? '' : '+'}`;
  const filter = { status: 'failed', cause: cause.cause, from: since };
  return h('li', { class: 'card', 'data-key': cause.cause },
    h('div', { class: 'count' }, h('span', { class: 'value ink-failed' }, count), h('span', { class: 'note' }, cause.count === 1 ? 'item' : 'items')),
    h('div', { class: 'what' },
      h('h2', { class: 'error', dir: 'auto' }, cause.cause),
      h('p', { class: 'note' }, 'last ', ago(cause.lastFailedAt), ' · first ', ago(cause.firstFailedAt),
        ` · ${many(cause.creators, 'creator')}`),
      h('p', { class: 'chips' }, cause.platforms.slice(0, 12).map((name) => h('a', {
        class: 'chip', dir: 'auto', href: addressOf('items', { ...filter, platform: name }),
      }, name)), cause.platforms.length > 12 && h('span', { class: 'note' }, `and ${cause.platforms.length - 12} more`)),
      cause.example && h('details', {},
        h('summary', {}, 'An example'),
        h('pre', { dir: 'auto', tabindex: '0' }, cause.example),
        cause.exampleItemId && h('a', { href: `#/item/${cause.exampleItemId}` }, 'Open this item'))),
    h('div', { class: 'actions' },
      mayChange() && h('button', {
        class: 'primary', 'data-acts': true, onclick: () => askForChange('retry', { filter }, `with the cause “${cause.cause}”`),
      }, `Retry all ${count}`),
      mayChange() && h('button', {
        'data-acts': true, onclick: () => askForChange('cancel', { filter }, `with the cause “${cause.cause}”`),
      }, `Cancel all ${count}`),
      h('a', { class: 'button', href: addressOf('items', filter) }, 'Show items')));
}
