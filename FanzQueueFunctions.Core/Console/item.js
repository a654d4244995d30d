// One item: its story from queueing to its end, and the post beside its original.
import { addressOf } from './address.js';
import { mayChange, read } from './api.js';
import { askForChange } from './change.js';
import { h } from './dom.js';
import { ago, bounded, duration, many, time } from './format.js';
import { nameOf, shortNameOf } from './filter.js';
import { changeable, neighbours } from './items.js';

export const item = {
  title: 'Item',

  // Without any id it would be the list.
  load: ({ id }) => read(`items/${encodeURIComponent(id || 'none')}`),

  render({ item: it, original, post, tries, deeds, waits }) {
    const { before, after, list } = neighbours(it.id);
    return [
      h('nav', { class: 'crumbs', 'aria-label': 'Where you are' }, h('a', { href: list || '#/items' }, 'Items'), ' / ', h('span', { class: 'mono' }, it.id), ' ',
        before && h('a', { href: `#/item/${before}` }, 'Previous'), before && after && ' · ', after && h('a', { href: `#/item/${after}` }, 'Next')),
      h('div', { class: 'head' },
        h('div', {}, h('h1', { dir: 'auto', class: 'title' }, it.title || '(no title)'),
          h('p', { class: 'note' }, h('span', { class: `badge ${it.status}` }, it.status), ' for ',
            h('a', { dir: 'auto', title: nameOf(it.targetPlatform), href: addressOf('items', { platform: it.targetPlatform }) }, shortNameOf(it.targetPlatform)), ' by ',
            h('a', { dir: 'auto', href: addressOf('items', { creatorId: it.creatorId }) }, it.creatorName || '(creator gone)'))),
        mayChange() && h('span', { class: 'actions' }, Object.keys(changeable).filter((verb) => changeable[verb].includes(it.status)).map((verb) => h('button', {
          class: verb === 'retry' ? 'primary' : null, 'data-acts': true, onclick: () => askForChange(verb, { ids: [it.id] }, () => `“${it.title || it.id}”`),
        }, verb === 'retry' ? 'Retry' : 'Cancel')))),
      h('p', { class: `answer ${it.status}`, dir: 'auto' }, answer(it, tries, deeds, waits)),
      h('dl', { class: 'ids' }, [['Item', it.id], ['Original', it.originalPostId], ['Post', it.targetPostId ?? post?.id]].map(([name, id]) => id && h('div', {},
        h('dt', {}, name), h('dd', {}, h('span', { class: 'mono' }, id), ' ', copy(name, id))))),
      it.error && h('section', { 'aria-labelledby': 'error' },
        h('h2', { id: 'error' }, 'Error'),
        h('pre', { class: 'error', dir: 'auto', tabindex: '0' }, it.error),
        it.status === 'failed' && h('a', { href: addressOf('items', { status: 'failed', cause: it.cause }) }, 'All failed items with this cause')),
      h('div', { class: 'columns' },
        h('section', { 'aria-labelledby': 'story' }, h('h2', { id: 'story' }, 'Story'), story(it, tries, deeds)),
        h('section', { 'aria-labelledby': 'posts' }, h('h2', { id: 'posts' }, post ? 'Original and post' : 'Original and post to be'), posts(it, original, post))),
    ];
  },
};

/** In one sentence why it is not posted, or that it is. */
function answer(it, tries, deeds, waits) {
  const why = (reason) => (reason ? [': ', h('bdi', {}, reason)] : '');
  if (it.status === 'posted') return `Posted ${duration((Date.parse(it.completedAt) - Date.parse(it.queuedAt)) / 1000)} after it was queued.`;
  if (it.status === 'processing') return ['Processing since ', time(it.processingStartedAt), '.'];
  if (it.status === 'cancelled') {
    const cancel = deeds[0]?.verb === 'cancel' ? deeds[0] : null;
    return cancel
      ? ['Not posted: cancelled ', ago(cancel.at), ' by ', h('bdi', {}, cancel.actor), why(cancel.reason), '.']
      : ['Not posted: cancelled ', ago(it.updatedAt), ', by no change on record; its creator may have.'];
  }
  if (it.status === 'failed') {
    const atOnce = it.retryCount < it.maxRetries && it.rescueCount < it.maxRetries;
    return [atOnce ? 'Not posted: it failed at once, and no retry of the same mends it' : `Not posted: it failed after ${many(it.retryCount, 'retry', 'retries')}`, why(it.error?.split('\n')[0].slice(0, 300)), '.'];
  }
  if (it.status !== 'queued') return `Neither queued nor ended: somebody made the status ${it.status}, which the worker does not know.`;
  const ahead = waits.ahead.count ? `; ${bounded(waits.ahead)} before it` : '';
  if (waits.paused) return ['Waits: ', h('bdi', {}, waits.paused.platform === '*' ? 'everything' : waits.paused.platform), ' is paused ', ago(waits.paused.pausedAt), ' by ',
    h('bdi', {}, waits.paused.pausedBy), why(waits.paused.reason), `${ahead}.`];
  if (Date.parse(it.dueAt) > Date.now()) return tries.length && it.retryCount
    ? ['Waits to be tried again, ', ago(it.dueAt), ', after it failed', why(tries[0].error?.slice(0, 300)), '.']
    : ['Waits for its time, ', ago(it.dueAt), '.'];
  if (waits.perMinute) return `Waits for its turn: its platform gets ${many(waits.perMinute, 'post')} a minute${ahead}.`;
  return ['Due since ', time(it.dueAt), `; ${waits.ahead.count ? `${bounded(waits.ahead)} before it` : 'it is the next of its platform'}.`];
}

/** Hands an id to the clipboard; where the browser lets no page do so, it is selected. */
function copy(name, id) {
  return h('button', {
    type: 'button', class: 'copy', 'aria-label': `Copy the id: ${name}`, onclick: async ({ target }) => {
      try {
        await navigator.clipboard.writeText(id);
        target.textContent = 'Copied';
        setTimeout(() => { target.textContent = 'Copy'; }, 1500);
      } catch {
        getSelection().selectAllChildren(target.previousElementSibling);
      }
    },
  }, 'Copy');
}

const deedWords = { retry: 'Queued again', cancel: 'Cancelled', undo: 'Brought back', resetStuck: 'Reset as stuck' };

const outcomes = { retried: 'Failed, to be tried again', failed: 'Failed', rescued: 'Freed: its worker was gone', givenUp: 'Failed: its workers stopped too often' };

function story(it, tries, deeds) {
  const done = deeds.map((deed) => ({
    at: deed.at, what: [`${deedWords[deed.verb] ?? deed.verb} by `, h('bdi', {}, deed.actor)], note: deed.reason && [h('bdi', {}, deed.reason)], kind: deed.verb === 'cancel' ? 'cancelled' : 'queued',
  }));
  const steps = [...done, { at: it.queuedAt, what: 'Queued', note: it.scheduledFor && !tries.length ? ['for ', time(it.scheduledFor)] : null, kind: 'queued' }];
  let last;
  for (const one of tries.toSorted((a, b) => Date.parse(a.triedAt) - Date.parse(b.triedAt))) {
    steps.push({
      at: one.triedAt,
      what: outcomes[one.outcome] ?? one.outcome,
      note: [one.error && one.error === last && 'The same error. ', one.retryAt && ['Again at ', time(one.retryAt), '.']],
      error: one.error === last ? null : one.error,
      kind: ['retried', 'rescued'].includes(one.outcome) ? 'retried' : 'failed',
    });
    last = one.error;
  }
  if (it.status === 'processing') steps.push({ at: it.processingStartedAt, what: 'Processing began', kind: 'processing' });
  if (it.status === 'queued' && (it.retryCount || tries.length)) steps.push({ at: it.dueAt, what: 'Due', kind: 'queued' });
  if (it.status === 'posted')
    steps.push({ at: it.completedAt, what: 'Posted', note: `${duration((Date.parse(it.completedAt) - Date.parse(it.queuedAt)) / 1000)} after it was queued`, kind: 'posted' });
  if (it.status === 'failed' && !tries.length) steps.push({ at: it.failedAt, what: 'Failed', kind: 'failed' });
  if (it.status === 'cancelled' && deeds[0]?.verb !== 'cancel') steps.push({ at: it.updatedAt, what: 'Cancelled', kind: 'cancelled' });
  return [
    h('ol', { class: 'story' }, steps.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at)).map((step) => h('li', { class: step.kind },
      h('strong', {}, step.what),
      h('span', { class: 'note' }, time(step.at), ' · ', ago(step.at)),
      step.note?.length > 0 && h('span', { class: 'note' }, step.note),
      step.error && h('pre', { dir: 'auto', tabindex: '0' }, step.error)))),
    h('p', { class: 'hint' }, `${it.retryCount} of ${many(it.maxRetries, 'retry', 'retries')} used`, it.rescueCount > 0 && `, freed ${many(it.rescueCount, 'time')}`, '.'),
  ];
}

const shownFields = [
  ['title', 'Title'], ['description', 'Caption'], ['tags', 'Tags'], ['contentType', 'Type'], ['price', 'Price'], ['isPpv', 'Pay per view'],
  ['isSubscriberOnly', 'Subscribers only'], ['adultContent', 'Adult'], ['watermarkEnabled', 'Watermark'], ['cluster', 'Platform'],
  ['status', 'Status'], ['moderationStatus', 'Moderation'], ['publishedAt', 'Published'],
];

function posts(it, original, post) {
  if (!original) return h('p', { class: 'empty' }, 'The original is gone.');
  // Before there is a post: what it will say.
  const other = post ?? { title: it.modifiedTitle ?? original.title, description: it.modifiedCaption ?? original.description,
    tags: it.modifiedHashtags ?? original.tags, watermarkEnabled: it.addPlatformWatermark, cluster: it.targetPlatform };
  return h('div', { class: 'table', tabindex: '0', role: 'region', 'aria-label': 'Table of original and post' }, h('table', { class: 'compare' },
    h('thead', {}, h('tr', {}, h('td', {}), h('th', { scope: 'col' }, 'Original'), h('th', { scope: 'col' }, post ? 'Post' : 'Post to be'))),
    h('tbody', {}, shownFields.filter(([name]) => post || name in other).map(([name, label]) => {
      const changed = shown(original[name]) !== shown(other[name]);
      return h('tr', { class: changed ? 'changed' : null },
        h('th', { scope: 'row' }, label, changed && h('span', { class: 'note' }, ' (changed)')),
        cell(name, original[name]),
        cell(name, other[name]));
    }))));
}

const shown = (value) => (value === null || value === undefined ? '' : Array.isArray(value) ? value.join(', ') : String(value));

/** What is long scrolls in itself, with the keyboard too. */
function cell(name, given) {
  return h('td', { dir: 'auto' }, h('div', { class: 'long', tabindex: shown(given).length > 80 && '0' }, value(name, given)));
}

function value(name, given) {
  if (name.endsWith('At')) return time(given);
  if (given === true) return 'yes';
  if (given === false) return 'no';
  if (name === 'price' && given !== null && given !== undefined) return Number(given).toFixed(2);
  return shown(given) || '–';
}
