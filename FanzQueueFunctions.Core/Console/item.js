// One item: its story from queueing to its end, and the post beside its original.
import { addressOf } from './address.js';
import { mayChange, read } from './api.js';
import { askForChange } from './change.js';
import { h } from './dom.js';
import { ago, duration, many, time } from './format.js';
import { changeable } from './items.js';

export const item = {
  title: 'Item',

  load: ({ id }) => read(`items/${encodeURIComponent(id ?? '')}`),

  render({ item: it, original, post, tries }) {
    return [
      h('nav', { class: 'crumbs', 'aria-label': 'Where you are' }, h('a', { href: '#/items' }, 'Items'), ' / ', h('span', { class: 'mono' }, it.id)),
      h('div', { class: 'head' },
        h('div', {}, h('h1', { dir: 'auto', class: 'title' }, it.title || '(no title)'),
          h('p', { class: 'note' }, h('span', { class: `badge ${it.status}` }, it.status), ' for ',
            h('a', { dir: 'auto', href: addressOf('items', { platform: it.targetPlatform }) }, it.targetPlatform), ' by ',
            h('a', { dir: 'auto', href: addressOf('items', { creatorId: it.creatorId }) }, it.creatorName || '(creator gone)'))),
        mayChange() && h('span', { class: 'actions' }, Object.keys(changeable).filter((verb) => changeable[verb].includes(it.status)).map((verb) => h('button', {
          class: verb === 'retry' ? 'primary' : null, 'data-acts': true, onclick: () => askForChange(verb, { ids: [it.id] }, `“${it.title || it.id}”`),
        }, verb === 'retry' ? 'Retry' : 'Cancel')))),
      it.error && h('section', { 'aria-labelledby': 'error' },
        h('h2', { id: 'error' }, 'Error'),
        h('pre', { class: 'error', dir: 'auto', tabindex: '0' }, it.error),
        it.status === 'failed' && h('a', { href: addressOf('items', { status: 'failed', cause: it.cause }) }, 'All failed items with this cause')),
      h('div', { class: 'columns' },
        h('section', { 'aria-labelledby': 'story' }, h('h2', { id: 'story' }, 'Story'), story(it, tries ?? [])),
        h('section', { 'aria-labelledby': 'posts' }, h('h2', { id: 'posts' }, post ? 'Original and post' : 'Original and post to be'), posts(it, original, post))),
    ];
  },
};

const outcomes = { retried: 'Failed, to be tried again', failed: 'Failed', rescued: 'Freed: its worker was gone', givenUp: 'Failed: its workers stopped too often' };

function story(it, tries) {
  const steps = [{ at: it.queuedAt, what: 'Queued', note: it.scheduledFor && !tries.length ? ['for ', time(it.scheduledFor)] : null, kind: 'queued' }];
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
  if (it.status === 'processing') steps.push({ at: it.processingStartedAt, what: 'Taken by a worker', kind: 'processing' });
  if (it.status === 'queued' && (it.retryCount || tries.length)) steps.push({ at: it.dueAt, what: 'Due', kind: 'queued' });
  if (it.status === 'posted')
    steps.push({ at: it.completedAt, what: 'Posted', note: `${duration((Date.parse(it.completedAt) - Date.parse(it.queuedAt)) / 1000)} after it was queued`, kind: 'posted' });
  if (it.status === 'failed' && !tries.length) steps.push({ at: it.failedAt, what: 'Failed', kind: 'failed' });
  if (it.status === 'cancelled') steps.push({ at: it.updatedAt, what: 'Cancelled', kind: 'cancelled' });
  return [
    h('ol', { class: 'story' }, steps.map((step) => h('li', { class: step.kind },
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
  return h('div', { class: 'table', tabindex: '0', role: 'region', 'aria-label': 'Original and post' }, h('table', { class: 'compare' },
    h('thead', {}, h('tr', {}, h('td', {}), h('th', { scope: 'col' }, 'Original'), h('th', { scope: 'col' }, post ? 'Post' : 'Post to be'))),
    h('tbody', {}, shownFields.filter(([name]) => post || name in other).map(([name, label]) => {
      const changed = shown(original[name]) !== shown(other[name]);
      return h('tr', { class: changed ? 'changed' : null },
        h('th', { scope: 'row' }, label, changed && h('span', { class: 'unseen' }, ' (changed)')),
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
