// A change from question to end: how many it means, a confirmation that names it, its progress, its result, and the way
// back where there is one.
import { change, read } from './api.js';
import { leftOf } from './changes.js';
import { newKey, openDialog } from './dialog.js';
import { h } from './dom.js';
import { many, number } from './format.js';
import { refresh } from './live.js';

// The app takes no more than this in one order.
const most = 1_000_000;
const words = {
  retry: {
    ask: 'Retry',
    result: 'queued again',
    one: 'This queues it again. Its retries begin anew, and it is due now. If it has its post, it is marked posted.',
    more: 'This queues them again. Their retries begin anew, and they are due now. An item that has its post is marked posted.',
  },
  cancel: {
    ask: 'Cancel',
    result: 'cancelled',
    one: 'It is not posted; in hand, it is lost to its worker. It can be queued again.',
    more: 'They are not posted; an item in hand is lost to its worker. They can be queued again.',
  },
};

/**
 * Asks, and does it if the operator says so.
 * verb: retry or cancel · scope: { ids } or { filter } · which: 'with the cause …', for the question · done: called at the end
 */
export async function askForChange(verb, scope, which, done = () => {}) {
  const { dialog, show, title, close, reason: why, focusLast } = openDialog();
  const { ask, result, one, more } = words[verb];

  show(title(`${ask} items ${which}`), h('p', {}, 'Counting …'), h('div', { class: 'actions' }, close('Never mind')));
  let count;
  try {
    count = await change(verb, { ...scope, limit: most, dryRun: true });
  } catch (refusal) {
    return show(title(refusal.title ?? 'Not counted'), h('p', {}, refusal.detail), h('div', { class: 'actions' }, close()));
  }
  const items = `${number(count.meant)}${count.isExact ? '' : '+'} ${count.meant === 1 ? 'item' : 'items'}`;
  if (count.meant === 0)
    return show(title('Nothing to do'), h('p', {}, `No item ${which} can be ${result} now.`), h('div', { class: 'actions' }, close()));

  show(
    title(`${ask} ${items} ${which}?`),
    h('p', {}, count.meant === 1 ? one : more),
    Object.keys(count.left).length > 0 && h('p', { class: 'note' }, `Left alone: ${leftOf(count)}.`),
    h('form', { onsubmit: (event) => { event.preventDefault(); run(new FormData(event.target).get('reason')); } },
      why(),
      h('div', { class: 'actions' }, h('button', { class: verb === 'cancel' ? 'danger' : 'primary' }, `${ask} ${items}`), close('Never mind'))));
  dialog.querySelector('input').focus();

  async function run(reason) {
    const key = newKey();
    const stop = new AbortController();
    const progress = (now) => show(
      title(`${ask} ${items} ${which}`),
      h('progress', { max: count.meant, value: now.meant, 'aria-label': 'Progress' }),
      h('p', { class: 'tabular' }, `${number(now.done)} of ${items} ${result} …`),
      h('div', { class: 'actions' }, h('button', { type: 'button', onclick: () => stop.abort() }, 'Stop')));
    progress({ meant: 0, done: 0 });
    // Escape would hide a change that goes on.
    dialog.oncancel = (event) => event.preventDefault();
    const watch = setInterval(async () => {
      const now = await recorded(key);
      if (now && !stop.signal.aborted && dialog.querySelector('progress')) progress(now);
    }, 700);

    let end;
    try {
      do end = await change(verb, { ...scope, limit: most, reason: reason || undefined }, key, stop.signal);
      while (!end.finished);
    } catch (refusal) {
      end = { ...(await settled(key)), trouble: stop.signal.aborted ? null : refusal.detail ?? String(refusal) };
    }
    clearInterval(watch);
    dialog.oncancel = null;
    const undo = verb === 'cancel' && end.done > 0 && wayBack(scope, end);
    show(
      title(end.finished ? `${many(end.done, 'item')} ${result}` : end.trouble ? 'Interrupted' : 'Stopped'),
      !end.finished && h('p', {}, `${many(end.done ?? 0, 'item')} ${(end.done ?? 0) === 1 ? 'was' : 'were'} ${result}, the rest is as it was. ${end.trouble ?? ''}`),
      leftOf(end) !== '–' && h('p', { class: 'note' }, `Left alone: ${leftOf(end)}.`),
      h('div', { class: 'actions' },
        undo && h('button', { type: 'button', onclick: () => { dialog.close(); askForChange('retry', undo, 'that were just cancelled'); } }, 'Undo: queue again'),
        close('Done')));
    focusLast();
    done();
    refresh();
  }
}

/** Those that this change cancelled: by id, or by the time at which they were. */
function wayBack(scope, end) {
  if (scope.ids) return { ids: scope.ids };
  const { status, from, to, ...filter } = scope.filter;
  return { filter: { ...filter, status: 'cancelled', from: end.startedAt, to: new Date(Date.parse(end.updatedAt) + 1).toISOString() } };
}

const recorded = async (key) => {
  try {
    return (await read('changes', { limit: 20 })).actions.find((one) => one.idempotencyKey === key);
  } catch {
    return null;
  }
};

/** What a stopped change came to: the portion in hand ends first. */
async function settled(key) {
  let before;
  for (let look = 0; look < 20; look++) {
    const now = await recorded(key);
    if (now?.finished || (look > 2 && now?.portions === before)) return now ?? {};
    before = now?.portions;
    await new Promise((later) => setTimeout(later, 300));
  }
  return {};
}
