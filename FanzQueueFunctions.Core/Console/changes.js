// Who did what: each change with its filter and its counts, the newest first.
import { addressOf, go } from './address.js';
import { read } from './api.js';
import { h } from './dom.js';
import { ago, duration, localTime, many, number } from './format.js';

const verbs = {
  retry: 'retry', cancel: 'cancel', prune: 'prune', pause: 'pause', resume: 'resume', limit: 'limit', resetStuck: 'reset stuck',
};

export const changes = {
  title: 'Changes',

  load: async ({ query }) => ({ query, ...(await read('changes', { limit: 50, ...query })) }),

  render({ query, actions, next }) {
    const { before, ...first } = query;
    return [
      h('div', { class: 'head' }, h('h1', {}, 'Who did what')),
      h('form', {
        class: 'filter', role: 'search', 'aria-label': 'Filter of the changes',
        onsubmit: (event) => {
          event.preventDefault();
          go('changes', Object.fromEntries(new FormData(event.target)));
        },
      },
      h('label', {}, h('span', {}, 'Verb'), h('select', { name: 'verb', 'data-value': query.verb, onchange: (event) => event.target.form.requestSubmit() },
        h('option', { value: '' }, 'any'),
        Object.keys(verbs).map((verb) => h('option', { value: verb, selected: verb === query.verb }, verbs[verb])))),
      h('label', {}, h('span', {}, 'Actor'), h('input', { name: 'actor', value: query.actor ?? '', autocomplete: 'off', maxlength: 200 })),
      h('div', { class: 'actions' }, h('button', { class: 'primary' }, 'Filter'), h('a', { class: 'button', href: '#/changes' }, 'Clear'))),
      actions.length === 0 ? h('p', { class: 'empty' }, 'No change is recorded.') : table(actions),
      h('nav', { class: 'pager', 'aria-label': 'Pages' },
        before && h('a', { class: 'button', href: addressOf('changes', first) }, 'First page'),
        next && h('a', { class: 'button', href: addressOf('changes', { ...first, before: next }) }, 'Next page')),
    ];
  },
};

function table(actions) {
  return h('div', { class: 'table', tabindex: '0', role: 'region', 'aria-label': 'Changes' }, h('table', {},
    h('thead', {}, h('tr', {},
      ['When', 'Who', 'What', 'Of what'].map((name) => h('th', { scope: 'col' }, name)),
      ['Meant', 'Done'].map((name) => h('th', { scope: 'col', class: 'number' }, name)),
      ['Left alone', 'Reason'].map((name) => h('th', { scope: 'col' }, name)))),
    h('tbody', {}, actions.map((one) => h('tr', { 'data-key': one.idempotencyKey },
      h('td', { class: 'when' }, ago(one.startedAt)),
      h('td', { class: 'short', dir: 'auto' }, one.actor),
      h('td', {}, h('span', { class: `badge ${one.verb}` }, verbs[one.verb] ?? one.verb)),
      h('td', { class: 'text wrap', dir: 'auto' }, scopeOf(one)),
      h('td', { class: 'number' }, number(one.meant)),
      h('td', { class: 'number' }, number(one.done)),
      h('td', { class: 'wrap' }, leftOf(one), !one.finished && h('span', { class: 'ink-late' }, ' not finished')),
      h('td', { class: 'text wrap', dir: 'auto' }, one.reason ?? ''))))));
}

/** What a change meant, in words. */
function scopeOf({ verb, filter }) {
  if (verb === 'pause' || verb === 'resume') return filter.platform === '*' ? 'everything' : filter.platform;
  if (verb === 'limit') return `${filter.platform}: ${filter.perMinute ? `${many(filter.perMinute, 'post')} a minute` : 'no limit'}`;
  if (verb === 'resetStuck') return `in processing for over ${duration(filter.olderThanSeconds)}`;
  if (filter?.ids) return filter.ids.length === 1 ? h('a', { href: `#/item/${filter.ids[0]}` }, 'one item') : many(filter.ids.length, 'item');
  const names = { platform: 'for', creatorId: 'by', originalPostId: 'of', cause: 'with the cause', title: 'titled', from: 'from', to: 'before' };
  const parts = Object.entries(names).filter(([name]) => filter?.[name]).map(([name, word]) => `${word} ${name === 'from' || name === 'to' ? localTime(new Date(filter[name])) : filter[name]}`);
  return [filter?.status, ...parts].filter(Boolean).join(', ') || 'all';
}

/** Why some were left, as in "2 locked, 1 posted". */
export function leftOf({ left, markedPosted }) {
  if (left?.unchanged) return 'it was so already';
  const parts = Object.entries(left ?? {}).map(([reason, count]) => `${number(count)} ${reason}`);
  if (markedPosted) parts.push(`${number(markedPosted)} had their post and were marked posted`);
  return parts.join(', ') || '–';
}
