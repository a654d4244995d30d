// Items by filter, in pages that stay where they are while rows arrive; selected ones, or all that match, can be changed.
import { addressOf, go } from './address.js';
import { exported, mayChange, read, Refusal } from './api.js';
import { askForChange } from './change.js';
import { isDead } from './dead.js';
import { h } from './dom.js';
import { download } from './export.js';
import { filterOf, isGiven, nameOf, shortNameOf, thatAre } from './filter.js';
import { creatorsOf, placeOf } from './find.js';
import { ago, many, number, shortId } from './format.js';
import { refresh } from './live.js';
import { platformField, platformNames, platformOf } from './platforms.js';
import { inputOf, ofInput, zoneOf } from './zone.js';

const pageSize = 50;
const statuses = ['queued', 'processing', 'posted', 'failed', 'cancelled'];
const creatorsId = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
export const changeable = { retry: ['failed', 'cancelled'], cancel: ['queued', 'processing', 'failed'] };

/** The page that is shown, by what it was asked with; its rows stay until the operator asks for newer ones. */
let shown = { asked: null, rows: [], newer: 0 };
const selected = new Set();
let repaint = () => {};
// Whether the form says something else than what is shown: then no button may act on either.
let isStale = false;

// A list that was just painted for the first time, and is to read on.
let begin = null;
// The item that was opened from the list, to which the way back leads.
let opened = null;

/** The items before and after one in the list that it was opened from; that one is where the list goes on later. */
export function neighbours(id) {
  opened = id;
  const place = shown.rows.findIndex((item) => item.id === id);
  return place < 0 ? {} : { before: shown.rows[place - 1]?.id, after: shown.rows[place + 1]?.id, list: shown.asked && addressOf('items', JSON.parse(shown.asked)) };
}

export const items = {
  title: 'Items',

  async load({ query }) {
    const platforms = await platformNames();
    const none = (rest) => {
      shown = { asked: null, rows: [], newer: 0 };
      return { query, platforms, ...rest };
    };
    let page, found, wanted, creators;
    try {
      if (query.id) {
        const place = await placeOf(query.id);
        if (place) location.replace(place);
        return none({ trouble: place ? 'Found.' : `No item, original, post or creator has the id ${query.id}.` });
      }
      creators = await creatorsOf(query.text);
      ({ found, wanted } = await withCreator(query));
      if (found) return none({ found });
      const { order, after } = wanted;
      page = await read('items', { limit: pageSize, order, after, ...filterOf(wanted) });
    } catch (trouble) {
      // The form stays, with what is wrong with it.
      if (trouble instanceof Refusal && trouble.status !== 400) throw trouble;
      return none({ trouble: trouble.detail ?? trouble.message });
    }
    const asked = JSON.stringify(query);
    if (shown.asked !== asked) {
      selected.clear();
      shown = { asked, rows: page.items, next: page.next, until: page.lookedAtUntil, newer: 0, first: new Set(page.items.map((item) => item.id)), list: {} };
      begin = { list: shown.list, parameters: { order: wanted.order, ...filterOf(wanted) } };
    } else {
      const fresh = new Map(page.items.map((item) => [item.id, item]));
      const known = new Set(shown.rows.map((item) => item.id));
      const arrived = page.items.filter((item) => !known.has(item.id)).length;
      shown = {
        ...shown,
        // A row that is not among the fresh ones was pushed to the next page, or matches no longer.
        rows: shown.rows.map((item) => fresh.get(item.id) ?? { ...item, isOld: shown.first.has(item.id) }),
        newer: arrived,
      };
    }
    return { query, platforms, wanted, creators };
  },

  render({ query, platforms, wanted, found, trouble, creators }, paint) {
    repaint = paint;
    isStale = isOther(document.querySelector('form.items'), query);
    const chosen = shown.rows.filter((item) => selected.has(item.id));
    return [
      h('div', { class: 'head' }, h('h1', {}, 'Items'), exports(wanted)),
      filterForm(query, platforms),
      trouble ? h('p', { class: 'trouble', role: 'alert' }, trouble) : found ? choice(found, query) : [
        h('div', { class: 'bar' }, selectionBar(chosen, wanted), h('span', { 'aria-live': 'polite' }, shown.newer > 0 && h('button', {
          onclick: showNewer,
        }, `Show changes (${number(shown.newer)} newer)`))),
        creators?.length > 0 && h('p', { class: 'note' }, 'Creators of this name: ', creators.map((one, i) => [i > 0 && ', ',
          h('a', { dir: 'auto', href: addressOf('items', { creatorId: one.creatorId }) }, one.creatorName)])),
        shown.rows.length > 0 ? table() : h('p', { class: 'empty' }, shown.next ? 'Nothing so far.' : 'No item matches.'),
        reading(),
        pager(query),
      ],
    ];
  },

  painted() {
    if (begin) {
      const list = begin;
      begin = null;
      readOn(list);
    }
    if (!opened) return;
    document.querySelector(`tr[data-key="${opened}"] td.text > a`)?.focus();
    opened = null;
  },

  keys: {
    j: () => moveRow(1),
    k: () => moveRow(-1),
    x: () => document.activeElement?.closest('tr')?.querySelector('input')?.click(),
    e: () => mayChange() && changeSelected('retry'),
    c: () => mayChange() && changeSelected('cancel'),
    n: () => document.querySelector('[data-next]')?.click(),
  },
};

/** A creator is asked for by id, or by the first letters of a name: found is set where these are not one creator's. */
async function withCreator({ creator, ...query }) {
  if (!creator) return { wanted: query };
  if (creatorsId.test(creator)) return { wanted: { ...query, creatorId: creator } };
  const found = await read('creators', { name: creator });
  return found.creators.length === 1 ? { wanted: { ...query, creatorId: found.creators[0].creatorId } } : { found };
}

function choice({ creators, isWhole }, { creator, ...query }) {
  if (creators.length === 0) return h('p', { class: 'empty' }, `No creator’s name begins with “${creator}”.`);
  return [
    h('h2', {}, 'Whose items?'),
    h('ul', { class: 'choice' }, creators.map((one) => h('li', {},
      h('a', { dir: 'auto', href: addressOf('items', { ...query, creatorId: one.creatorId }) }, one.creatorName), ' ', shortId(one.creatorId)))),
    !isWhole && h('p', { class: 'hint' }, 'There are more: give more letters of the name.'),
  ];
}

/** What a form asks, as the address says it. */
function queryOf(form, before) {
  const { platform, from, to, ...asked } = Object.fromEntries(new FormData(form));
  const query = { ...asked, platform: platformOf(platform), from: ofInput(from, before.from), to: ofInput(to, before.to) };
  // A name may have become an id, which the field shows.
  if (query.creator && query.creator === before.creatorId) Object.assign(query, { creatorId: query.creator, creator: '' });
  return Object.fromEntries(Object.entries(query).filter(([name, value]) => isGiven(name, value)));
}

/** Whether the form that stands there says something else than what was asked for. */
function isOther(form, query) {
  if (!form || form.dataset.of !== JSON.stringify(query)) return false;
  const { after, ...asked } = query;
  const says = queryOf(form, query);
  return JSON.stringify(Object.entries(says).sort()) !== JSON.stringify(Object.entries(asked).sort());
}

function filterForm(query, platforms) {
  const field = (name, label, attributes) => h('label', {}, h('span', {}, label),
    h('input', { name, value: query[name] ?? '', autocomplete: 'off', spellcheck: 'false', ...attributes }));
  const more = ['title', 'cause', 'shortId', 'originalPostId', 'from', 'to'].some((name) => query[name]);
  return h('form', {
    class: 'filter items', role: 'search', 'aria-label': 'Filter of the items', 'data-of': JSON.stringify(query),
    oninput: () => repaint(),
    onsubmit: (event) => {
      event.preventDefault();
      go('items', queryOf(event.target, query));
    },
  },
  h('label', {}, h('span', {}, 'Status'), h('select', { name: 'status', 'data-value': query.status, onchange: (event) => event.target.form.requestSubmit() },
    h('option', { value: '' }, 'any'),
    statuses.map((status) => h('option', { value: status, selected: status === query.status }, status)))),
  field('text', 'Title or error contains', { type: 'search', maxlength: 255 }),
  platformField(query.platform, platforms),
  field('creator', 'Creator', { maxlength: 100, value: query.creator ?? query.creatorId ?? '', placeholder: 'name or id' }),
  h('label', {}, h('span', {}, 'Order'), h('select', { name: 'order', 'data-value': query.order, onchange: (event) => event.target.form.requestSubmit() },
    h('option', { value: '' }, 'newest first'),
    h('option', { value: 'oldest', selected: query.order === 'oldest' }, 'oldest first'))),
  h('details', { open: more },
    h('summary', {}, 'More'),
    h('div', {},
      field('title', 'Title contains', { maxlength: 255 }),
      field('cause', 'Cause', { maxlength: 300 }),
      field('shortId', 'Last eight of the id', { maxlength: 8, pattern: '[0-9a-fA-F]{8}' }),
      field('originalPostId', 'Original’s id', { pattern: '[0-9a-fA-F\\-]{36}' }),
      field('from', `From (${zoneOf(query.from)})`, { type: 'datetime-local', value: inputOf(query.from), step: 1 }),
      field('to', `Before (${zoneOf(query.to)})`, { type: 'datetime-local', value: inputOf(query.to), step: 1 }))),
  h('div', { class: 'actions' }, h('button', { class: 'primary' }, 'Filter'), h('a', {
    class: 'button', href: '#/items', onclick: (event) => { event.target.closest('form').reset(); repaint(); },
  }, 'Clear')));
}

function selectionBar(chosen, query) {
  const stale = isStale && h('span', { class: 'ink-late' }, 'The form says something else than what is shown: press Filter, or Clear.');
  if (!mayChange()) return h('span', {}, stale);
  const verbs = Object.keys(changeable);
  if (chosen.length > 0)
    return h('span', { class: 'actions' }, stale, h('strong', {}, `${number(chosen.length)} selected`), verbs.map((verb) => h('button', {
      'data-acts': true, onclick: () => changeSelected(verb),
    }, `${verb === 'retry' ? 'Retry' : 'Cancel'} selected`)));
  const possible = verbs.filter((verb) => changeable[verb].includes(query.status));
  return h('span', { class: 'actions' },
    stale,
    possible.length === 0 && !isStale && h('span', { class: 'hint' }, 'Select items, or a status to change all that match.'),
    possible.map((verb) => h('button', {
      'data-acts': true, 'data-stale': isStale, onclick: () => !isStale && askForChange(verb, { filter: filterOf(query) }, thatAre(filterOf(query))),
    }, `${verb === 'retry' ? 'Retry' : 'Cancel'} all that match`)));
}

function changeSelected(verb) {
  if (isDead()) return;
  const ids = shown.rows.filter((item) => selected.has(item.id)).map((item) => item.id);
  if (ids.length) askForChange(verb, { ids }, (count) => (count === 1 ? 'that is selected' : 'that are selected'), () => selected.clear());
}

function table() {
  const all = shown.rows.every((item) => selected.has(item.id));
  return h('div', { class: 'table', tabindex: '0', role: 'region', 'aria-label': 'Items' },
    h('table', { class: 'items' },
      h('thead', {}, h('tr', {},
        mayChange() && h('th', { scope: 'col', class: 'check' }, h('input', {
          type: 'checkbox', 'aria-label': 'Select all of this page', checked: all, onchange: (event) => selectAll(event.target.checked),
        })),
        ['Status', 'Title', 'Platform', 'Creator', 'When', 'Tries', 'Error', 'Item'].map((name) => h('th', {
          scope: 'col', class: name === 'Tries' ? 'number' : null,
        }, name)))),
      h('tbody', {}, shown.rows.map(row))));
}

function row(item) {
  const check = h('input', {
    type: 'checkbox', 'aria-label': `Select the item ${item.id}`,
    onchange: (event) => {
      if (event.target.checked) selected.add(item.id);
      else selected.delete(item.id);
      repaint();
    },
  });
  check.checked = selected.has(item.id);
  return h('tr', { 'data-key': item.id, class: item.isOld ? 'old' : null },
    mayChange() && h('td', { class: 'check' }, check),
    h('td', {}, h('span', { class: `badge ${item.status}` }, item.status), item.isOld && h('span', { class: 'note' }, ' moved on')),
    h('td', { class: 'text' }, h('a', { href: `#/item/${item.id}`, dir: 'auto' }, item.title || '(no title)')),
    h('td', { class: 'short', dir: 'auto', title: nameOf(item.targetPlatform) }, shortNameOf(item.targetPlatform)),
    h('td', { class: 'short' }, h('a', { class: 'plain', dir: 'auto', title: 'Only this creator', href: addressOf('items', { creatorId: item.creatorId }) },
      item.creatorName || '(gone)')),
    h('td', { class: 'when' }, when(item)),
    h('td', { class: 'number' }, `${item.retryCount}/${item.maxRetries}`),
    h('td', { class: 'text error', dir: 'auto', title: item.error?.slice(0, 300) }, item.error ?? ''),
    h('td', {}, shortId(item.id)));
}

/** The time that goes with the status, which the page is in the order of. */
function when(item) {
  const at = { queued: item.dueAt, processing: item.processingStartedAt, posted: item.completedAt, failed: item.failedAt ?? item.queuedAt, cancelled: item.updatedAt };
  const word = { queued: Date.parse(item.dueAt) > Date.now() ? 'due ' : 'due since ', processing: 'taken ', posted: '', failed: '', cancelled: '' };
  if (!(item.status in word)) return '';
  return item.status === 'queued' && word.queued === 'due since ' ? ['due ', ago(at.queued)] : [word[item.status], ago(at[item.status])];
}

function pager(query) {
  const { after, ...first } = query;
  return h('nav', { class: 'pager', 'aria-label': 'Pages' },
    h('span', { class: 'hint' }, `${many(shown.rows.length, 'item')} on this page`,
      shown.until && ['; looked at those until ', ago(shown.until)]),
    after && h('a', { class: 'button', href: addressOf('items', first) }, 'First page'),
    shown.next && h('a', { class: 'button', 'data-next': true, href: addressOf('items', { ...query, after: shown.next }) }, 'Next page'));
}

/** Where few of many match, the list reads on by itself until the page is full, the table ends, or it is told to stop. */
async function readOn({ list, parameters }) {
  const goesOn = () => shown.list === list && shown.next && shown.until && shown.rows.length < pageSize && !shown.stopped;
  while (goesOn()) {
    shown = { ...shown, isReading: true };
    repaint();
    try {
      const page = await read('items', { ...parameters, limit: pageSize - shown.rows.length, after: shown.next });
      if (goesOn()) shown = { ...shown, rows: [...shown.rows, ...page.items], next: page.next, until: page.lookedAtUntil };
    } catch (refusal) {
      if (shown.list === list) shown = { ...shown, stopped: refusal.detail ?? String(refusal) };
    }
  }
  if (shown.list !== list || !shown.isReading) return;
  shown = { ...shown, isReading: false };
  repaint();
}

function reading() {
  if (!shown.isReading || shown.stopped) return shown.stopped && h('p', { class: 'note' }, `Stopped. ${shown.stopped === true ? '' : shown.stopped}`);
  return h('div', { class: 'actions', role: 'status' },
    h('progress', { 'aria-label': 'Reading on' }), h('span', { class: 'note' }, 'Reading on; looked at those until ', ago(shown.until), '.'),
    h('button', { type: 'button', onclick: () => { shown = { ...shown, stopped: true }; repaint(); } }, 'Stop'));
}

let exporting = '';

function exports(wanted) {
  const button = (label, format) => h('button', {
    'data-acts': true, 'data-stale': !wanted || isStale || exporting !== '', title: 'All that match, not this page alone', onclick: async () => {
      exporting = format;
      repaint();
      try {
        download(`items.${format}`, await exported({ format, order: wanted.order, ...filterOf(wanted) }));
        exporting = '';
      } catch (refusal) {
        exporting = '';
        exportTrouble = refusal.detail ?? String(refusal);
      }
      repaint();
    },
  }, exporting === format ? `${label} …` : label);
  return h('span', { class: 'actions' }, exportTrouble && h('span', { class: 'trouble', role: 'alert' }, exportTrouble), button('CSV', 'csv'), button('JSON', 'json'));
}

let exportTrouble = '';

function selectAll(checked) {
  for (const item of shown.rows) {
    if (checked) selected.add(item.id);
    else selected.delete(item.id);
  }
  repaint();
}

function showNewer() {
  shown = { ...shown, asked: null };
  return refresh();
}

function moveRow(step) {
  const links = [...document.querySelectorAll('table.items td.text > a')];
  const place = links.findIndex((link) => link.closest('tr').contains(document.activeElement));
  links[Math.min(Math.max(place + step, 0), links.length - 1)]?.focus();
}
