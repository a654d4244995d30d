// Failed items by cause: what went wrong, how often, since when, where; and all of one cause retried or cancelled at once.
import { addressOf, go } from './address.js';
import { mayChange, read } from './api.js';
import { askForChange } from './change.js';
import { h } from './dom.js';
import { filterOf, nameOf, shortNameOf, thatAre } from './filter.js';
import { ago, duration, many, moment, number } from './format.js';
import { sparkline } from './plots.js';
import { inputOf, ofInput, zoneOf } from './zone.js';

const windows = { '1h': 3600, '24h': 86_400, '7d': 604_800 };

export const failures = {
  title: 'Failures',

  async load({ query }) {
    const seconds = windows[query.since];
    let since;
    try {
      since = seconds ? new Date(Math.floor(Date.now() / 1000 - seconds) * 1000).toISOString() : filterOf({ from: query.since }).from;
    } catch (trouble) {
      return { causes: [], isWhole: true, window: query.since, trouble: trouble.message.replace('From', 'Since') };
    }
    return { ...(await read('failures', { since })), window: query.since ?? '', since };
  },

  render({ causes, isWhole, window, since, trouble, lineFrom, lineBucketSeconds }, paint) {
    const given = window && !(window in windows) ? since : undefined;
    const isStale = isOther(document.querySelector('form.since'), window, given);
    const span = lineFrom && `since ${moment(lineFrom)}, by ${duration(lineBucketSeconds)}`;
    return [
      h('div', { class: 'head' },
        h('h1', {}, 'Failures by cause'),
        h('nav', { class: 'segments', 'aria-label': 'Failed since' }, ['', ...Object.keys(windows)].map((name) => h('a', {
          href: addressOf('failures', { since: name }), 'aria-current': name === window && 'true',
          onclick: () => document.querySelector('form.since').reset(),
        }, name ? duration(windows[name]) : 'all'))),
        h('form', {
          class: 'since', 'data-of': window, oninput: () => paint(), onsubmit: (event) => {
            event.preventDefault();
            go('failures', { since: typedIn(event.target, given) });
          },
        }, h('label', {}, h('span', {}, `Since (${zoneOf(given)})`), h('input', { name: 'since', type: 'datetime-local', step: 1, value: inputOf(given) })), h('button', {}, 'Show'))),
      trouble ? h('p', { class: 'trouble', role: 'alert' }, trouble) : causes.length === 0
        ? h('p', { class: 'empty' }, !window ? 'Nothing is failed.' : window in windows ? `Nothing failed in the last ${duration(windows[window])}.` : `Nothing failed since ${moment(since)}.`)
        : [
          isStale && h('p', { class: 'ink-late' }, 'The form says another time than what is shown: press Show.'),
          h('p', { class: 'hint' }, `Items that are failed still, what fails most now first. Lines: all that failed ${span}.`),
          h('ol', { class: 'causes' }, causes.map((cause) => card(cause, since, span, isStale))),
        ],
      !isWhole && h('p', { class: 'hint' }, 'There are more than 100 causes; those that failed last are shown.'),
    ];
  },
};

const typedIn = (form, before) => ofInput(new FormData(form).get('since'), before);

/** Whether the form that stands there says another time than what is shown. */
const isOther = (form, window, given) => form?.dataset.of === window && typedIn(form, given) !== (given ?? '');

function card(cause, since, span, isStale) {
  const count = `${number(cause.count)}${cause.isExact ? '' : '+'}`;
  const filter = { status: 'failed', cause: cause.cause, from: since };
  const button = (verb, label, attributes) => mayChange() && h('button', {
    ...attributes, 'data-acts': true, 'data-stale': isStale, onclick: () => !isStale && askForChange(verb, { filter }, thatAre(filter)),
  }, `${label} all ${count}`);
  const retry = button('retry', 'Retry', { class: cause.isFinal ? null : 'primary' });
  return h('li', { class: 'card', 'data-key': cause.cause },
    h('div', { class: 'count' }, h('span', { class: 'value ink-failed' }, count), h('span', { class: 'note' }, cause.count === 1 ? 'item' : 'items')),
    h('div', { class: 'what' },
      h('h2', { class: 'error', dir: 'auto' }, cause.cause),
      h('p', { class: 'note' }, 'last ', ago(cause.lastFailedAt), ' · first ', ago(cause.firstFailedAt),
        ` · ${many(cause.creators, 'creator')} among its newest`,
        cause.lastTenMinutes > 0 && h('strong', { class: 'ink-failed' }, ` · ${number(cause.lastTenMinutes)}${cause.lastTenMinutesIsExact ? '' : '+'} in the last 10 min`)),
      sparkline(cause.line, `All that failed for this cause ${span}: ${cause.line.join(', ')}`, 'failed'),
      cause.isFinal && h('p', { class: 'ink-late' }, 'No retry mends this: these failed at once. Change what the error says first.'),
      h('p', { class: 'chips' }, cause.platforms.slice(0, 12).map((name) => h('a', {
        class: 'chip', dir: 'auto', title: nameOf(name), href: addressOf('items', { ...filter, platform: name }),
      }, shortNameOf(name))), cause.platforms.length > 12 && h('span', { class: 'note' }, `and ${cause.platforms.length - 12} more`)),
      cause.example && h('details', {},
        h('summary', {}, 'An example'),
        h('pre', { dir: 'auto', tabindex: '0' }, cause.example),
        cause.exampleItemId && h('a', { href: `#/item/${cause.exampleItemId}` }, 'Open this item'))),
    h('div', { class: 'actions' },
      cause.isFinal && h('a', { class: 'button primary', href: addressOf('items', filter) }, 'Show items'),
      !cause.isFinal && retry,
      button('cancel', 'Cancel'),
      cause.isFinal ? retry : h('a', { class: 'button', href: addressOf('items', filter) }, 'Show items')));
}
