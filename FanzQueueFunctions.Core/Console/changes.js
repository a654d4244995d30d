// The audit log: each change with its filter and its counts, the newest first. A cancel can be taken back, and what was stopped
// goes on, for as long as the record stands.
import { addressOf, go } from './address.js';
import { mayChange, read, Refusal } from './api.js';
import { askForChange, askForUndo } from './change.js';
import { h } from './dom.js';
import { thatAre, wordsOf } from './filter.js';
import { ago, duration, many, number } from './format.js';
import { platformField, platformOf, platformNames } from './platforms.js';

const verbs = {
  retry: 'retry', cancel: 'cancel', undo: 'undo', prune: 'prune', pause: 'pause', resume: 'resume', limit: 'limit', resetStuck: 'reset stuck',
  erase: 'erase',
};

export const changes = {
  title: 'Audit log',

  async load({ query }) {
    const [page, platforms] = await Promise.all([
      read('changes', { limit: 50, ...query }).catch((refusal) => {
        // The form stays, with what is wrong with it.
        if (!(refusal instanceof Refusal) || refusal.status !== 400) throw refusal;
        return { actions: [], trouble: refusal.detail };
      }),
      platformNames(),
    ]);
    return { query, platforms, ...page };
  },

  render({ query, platforms, actions, next, trouble }) {
    const { before, ...first } = query;
    return [
      h('div', { class: 'head' }, h('h1', {}, 'Audit log')),
      h('form', {
        class: 'filter', role: 'search', 'aria-label': 'Filter of the changes',
        onsubmit: (event) => {
          event.preventDefault();
          const { platform, ...asked } = Object.fromEntries(new FormData(event.target));
          go('changes', { ...asked, platform: platformOf(platform) });
        },
      },
      h('label', {}, h('span', {}, 'What'), h('select', { name: 'verb', 'data-value': query.verb, onchange: (event) => event.target.form.requestSubmit() },
        h('option', { value: '' }, 'any'),
        Object.keys(verbs).map((verb) => h('option', { value: verb, selected: verb === query.verb }, verbs[verb])))),
      h('label', {}, h('span', {}, 'Who'), h('input', { name: 'actor', value: query.actor ?? '', autocomplete: 'off', maxlength: 200 })),
      platformField(query.platform, platforms, { onchange: (event) => event.target.form.requestSubmit() }),
      h('div', { class: 'actions' }, h('button', { class: 'primary' }, 'Filter'), h('a', { class: 'button', href: '#/changes' }, 'Clear'))),
      trouble ? h('p', { class: 'trouble', role: 'alert' }, trouble)
        : actions.length === 0 ? h('p', { class: 'empty' }, 'No change is recorded.') : table(actions),
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
      ['Left alone', 'Reason'].map((name) => h('th', { scope: 'col' }, name)),
      mayChange() && h('th', { scope: 'col' }, 'Controls'))),
    h('tbody', {}, actions.map((one) => h('tr', { 'data-key': one.idempotencyKey },
      h('td', { class: 'when' }, ago(one.startedAt)),
      h('td', { class: 'short', dir: 'auto' }, one.actor),
      h('td', {}, h('span', { class: `badge ${one.verb}` }, verbs[one.verb] ?? one.verb)),
      h('td', { class: 'text wrap', dir: 'auto' }, scopeOf(one)),
      h('td', { class: 'number' }, number(one.meant)),
      h('td', { class: 'number' }, number(one.done)),
      h('td', { class: 'wrap' }, leftOf(one), beyond(one), !one.finished && h('span', { class: 'ink-late' }, ' not finished')),
      h('td', { class: 'text wrap', dir: 'auto' }, one.reason ?? ''),
      mayChange() && h('td', {}, controls(one)))))));
}

function controls(one) {
  const scope = scopeAgain(one);
  return h('span', { class: 'controls' },
    !one.finished && scope && h('button', {
      type: 'button', 'data-acts': true, 'aria-label': `Go on with the ${one.verb} ${one.idempotencyKey}`,
      onclick: () => askForChange(one.verb, scope, one.verb === 'undo' ? () => 'of this cancel' : thatAre(one.filter), () => {}, {
        key: one.idempotencyKey, limit: one.limit, done: one.done,
      }),
    }, 'Go on'),
    one.verb === 'cancel' && one.done > 0 && h('button', {
      type: 'button', 'data-acts': true, 'aria-label': `Undo the cancel ${one.idempotencyKey}`, onclick: () => askForUndo(one.idempotencyKey),
    }, 'Undo'));
}

/** What a change meant, as it is ordered once more. */
function scopeAgain({ verb, filter }) {
  if (verb === 'undo') return { of: filter.of };
  if (verb !== 'retry' && verb !== 'cancel' || filter.erased) return null;
  const given = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== null));
  return given.ids ? { ids: given.ids } : { filter: given };
}

/** What a change meant, in words. */
function scopeOf({ verb, filter }) {
  if (filter?.erased) return '(erased)';
  if (verb === 'pause' || verb === 'resume') return filter.platform === '*' ? 'everything' : filter.platform;
  if (verb === 'limit') return `${filter.platform}: ${filter.perMinute ? `${many(filter.perMinute, 'post')} a minute` : 'no limit'}`;
  if (verb === 'resetStuck') return `in processing for over ${duration(filter.olderThanSeconds)}`;
  if (verb === 'undo') return `the cancel ${filter.of}`;
  if (filter?.history) return `history ${wordsOf(filter)}`;
  if (filter?.changes) return `audit log ${wordsOf(filter)}`;
  if (filter?.ids) return filter.ids.length === 1 ? h('a', { href: `#/item/${filter.ids[0]}` }, 'one item') : many(filter.ids.length, 'item');
  return wordsOf(filter);
}

/** "10,000 of 22,025, the rest not touched", where a change reached its limit. */
function beyond({ meant, beyondLimit }) {
  if (!beyondLimit) return null;
  const total = `${number(meant + beyondLimit.count)}${beyondLimit.precision === 'exact' ? '' : '+'}`;
  return h('span', { class: 'ink-late' }, ` ${number(meant)} of ${total}, the rest not touched`);
}

/** Why some were left, as in "2 locked, 1 posted". */
export function leftOf({ left, markedPosted }) {
  if (left?.unchanged) return 'it was so already';
  const parts = Object.entries(left ?? {}).map(([reason, count]) => `${number(count)} ${reason === 'changed' ? 'touched since' : reason}`);
  if (markedPosted) parts.push(markedPosted === 1 ? '1 had its post and was marked posted' : `${number(markedPosted)} had their posts and were marked posted`);
  return parts.join(', ') || '–';
}
