// A change from question to end: what it means, in words and counts, a confirmation, its progress, its result, and the way back
// where there is one.
import { change, read } from './api.js';
import { leftOf } from './changes.js';
import { isDead } from './dead.js';
import { newKey, openDialog } from './dialog.js';
import { h } from './dom.js';
import { nameOf } from './filter.js';
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
    one: 'It is not posted, even where a worker is processing it. It can be brought back.',
    more: 'They are not posted, even where a worker is processing them. They can be brought back.',
  },
  undo: {
    ask: 'Bring back',
    result: 'brought back',
    one: 'It becomes again what it was before it was cancelled, with its failure.',
    more: 'They become again what they were before they were cancelled, with their failures. What anybody touched since stays as it is.',
  },
};

/** Takes a cancel back, by its idempotency key. */
export const askForUndo = (key) => askForChange('undo', { of: key }, () => 'of this cancel');

/**
 * Asks, and does it if the operator says so.
 * verb: retry, cancel or undo · scope: { ids }, { filter } or { of } · which: of so many, as in 'that are failed', for the question
 * done: called at the end · begun: { key, limit, done } of a change that is to go on
 */
export async function askForChange(verb, scope, which, done = () => {}, begun = null) {
  if (isDead()) return;
  const { dialog, show, title, close, reason: why, focusLast } = openDialog();
  const { ask, result, one, more } = words[verb];
  const order = verb === 'undo' ? scope : { ...scope, limit: begun?.limit ?? most };

  const few = scope.ids?.length ?? 2;
  show(title(`${ask} ${few === 1 ? 'item' : 'items'} ${which(few)}`), h('p', {}, 'Counting …'), h('div', { class: 'actions' }, close('Never mind')));
  let count;
  try {
    count = await change(verb, { ...order, dryRun: true });
  } catch (refusal) {
    return show(title(refusal.title ?? 'Not counted'), h('p', {}, refusal.detail), h('div', { class: 'actions' }, close()));
  }
  if (!dialog.open) return;
  const isOne = count.meant === 1 && (count.isExact || count.beyondLimit);
  const items = isOne ? '1 item' : `${number(count.meant)}${count.isExact || count.beyondLimit ? '' : '+'} items`;
  const those = which(isOne ? 1 : 2);
  if (count.meant === 0 && !begun)
    return show(title('Nothing to do'), h('p', {}, `No item ${which(1)} can be ${result} now.`), leftNote(count), h('div', { class: 'actions' }, close()));

  show(
    title(begun ? `Go on: ${ask.toLowerCase()} ${items} ${those}?` : `${ask} ${items} ${those}?`),
    begun && h('p', {}, `${many(begun.done, 'item')} ${begun.done === 1 ? 'was' : 'were'} ${result} before it stopped.`),
    h('p', {}, isOne ? one : more),
    count.beyondLimit && h('p', { class: 'ink-late' }, `${number(count.meant)} of ${total(count)} that match: the rest is not touched.`),
    meaning(count),
    leftNote(count),
    h('form', { onsubmit: (event) => { event.preventDefault(); run(new FormData(event.target).get('reason')); } },
      !begun && why(),
      h('div', { class: 'actions' }, h('button', { class: verb === 'cancel' ? 'danger' : 'primary' }, begun ? 'Go on' : `${ask} ${items}`), close('Never mind'))));
  dialog.querySelector('input, form button').focus();

  async function run(reason, key = begun?.key ?? newKey()) {
    const stop = new AbortController();
    const progress = (now) => show(
      title(`${ask} ${items} ${those}`),
      h('progress', { max: count.meant + (begun?.done ?? 0), value: now.meant, 'aria-label': 'Progress' }),
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
      do end = await change(verb, { ...order, reason: reason || undefined }, key, stop.signal);
      while (!end.finished);
    } catch (refusal) {
      end = { ...(await settled(key)), trouble: stop.signal.aborted ? null : refusal.detail ?? String(refusal) };
    }
    clearInterval(watch);
    dialog.oncancel = null;
    const doneOf = end.beyondLimit ? `${number(end.done)} of ${total(end)} items` : many(end.done, 'item');
    show(
      title(end.finished ? `${doneOf} ${result}` : end.trouble ? 'Interrupted' : 'Stopped'),
      !end.finished && h('p', {}, `${many(end.done ?? 0, 'item')} ${(end.done ?? 0) === 1 ? 'was' : 'were'} ${result}, the rest is as it was. ${end.trouble ?? ''}`),
      end.beyondLimit && h('p', { class: 'ink-late' }, `The rest was not touched: this order took at most ${many(order.limit, 'item')}.`),
      leftNote(end),
      h('div', { class: 'actions' },
        verb === 'cancel' && end.done > 0 && h('button', { type: 'button', onclick: () => { dialog.close(); askForUndo(key); } }, 'Undo'),
        !end.finished && h('button', { type: 'button', onclick: () => run(reason, key) }, 'Go on'),
        close('Done')));
    focusLast();
    done();
    refresh();
  }
}

/** What is meant: counts by status and platform, and some titles. */
function meaning({ groups, titles }) {
  if (!groups?.length) return null;
  return [
    h('table', { class: 'meaning' },
      h('caption', { class: 'unseen' }, 'Items by status and platform'),
      h('tbody', {}, groups.slice(0, 8).map((group) => h('tr', {},
        h('td', {}, h('span', { class: `badge ${group.status}` }, group.status)),
        h('th', { scope: 'row', dir: 'auto' }, nameOf(group.platform)),
        h('td', { class: 'number' }, number(group.count)))),
      groups.length > 8 && h('tr', {}, h('td', { colspan: '3', class: 'note' }, groups.length === 50 ? 'and 42 or more others' : `and ${many(groups.length - 8, 'other')}`)))),
    h('p', { class: 'note' }, titles.length === 1 ? 'It is:' : titles.length < 5 ? 'They are:' : 'Among them:'),
    h('ul', { class: 'titles' }, titles.map((text) => h('li', { dir: 'auto' }, text || '(no title)'))),
  ];
}

const leftNote = (count) => leftOf(count) !== '–' && h('p', { class: 'note' }, `Left alone: ${leftOf(count)}.`);

const total = ({ meant, beyondLimit }) => `${number(meant + beyondLimit.count)}${beyondLimit.precision === 'exact' ? '' : '+'}`;

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
