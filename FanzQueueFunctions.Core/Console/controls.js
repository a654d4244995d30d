// What holds the queue back and lets it go on: pause, resume and limit; and stuck items queued again. Each asks first, in
// words, and offers the way back where there is one.
import { change, mayChange } from './api.js';
import { newKey, openDialog } from './dialog.js';
import { h } from './dom.js';
import { ago, duration, many, number } from './format.js';
import { refresh } from './live.js';

const everything = '*';
const nameOf = (platform) => (platform === everything ? 'everything' : platform);
const button = (text, onclick, label) => h('button', { type: 'button', 'data-acts': true, onclick, 'aria-label': label }, text);

/** What is held back: since when, by whom, why. Nothing where nothing is. */
export function heldBack({ paused, limited }) {
  if (paused.length + limited.length === 0) return null;
  return h('ul', { class: 'held', 'aria-label': 'Held back' },
    paused.map((pause) => h('li', { 'data-key': `pause ${pause.platform}` },
      h('span', { class: 'badge warning' }, 'paused'),
      h('p', {}, h('strong', { dir: 'auto' }, nameOf(pause.platform)), ' ', ago(pause.pausedAt), ' by ', h('bdi', {}, pause.pausedBy),
        pause.reason && [': ', h('bdi', {}, pause.reason)]),
      mayChange() && button('Resume', () => ask('resume', pause.platform), `Resume ${nameOf(pause.platform)}`))),
    limited.map((limit) => h('li', { 'data-key': `limit ${limit.platform}` },
      h('span', { class: 'badge note' }, 'limited'),
      h('p', {}, h('strong', { dir: 'auto' }, limit.platform), ` to ${many(limit.perMinute, 'post')} a minute, set `, ago(limit.setAt), ' by ', h('bdi', {}, limit.setBy)),
      mayChange() && button('Lift the limit', () => askToLift(limit.platform, limit.perMinute), `Lift the limit of ${limit.platform}`))));
}

/** A platform's own state, and what can be done about it, as cells of its row. */
export function controlCells(row, { paused }) {
  const isPaused = paused.some((pause) => pause.platform === row.platform);
  return [
    h('td', {}, h('span', { class: 'chips' },
      row.isPaused && h('span', { class: 'badge warning' }, 'paused'),
      row.perMinute && h('span', { class: 'badge note' }, `${number(row.perMinute)} a minute`))),
    mayChange() && h('td', {}, row.isKnown && h('span', { class: 'controls' },
      isPaused
        ? button('Resume', () => ask('resume', row.platform), `Resume ${row.platform}`)
        : button('Pause', () => ask('pause', row.platform), `Pause ${row.platform}`),
      button('Limit', () => askForLimit(row.platform, row.perMinute), `Limit ${row.platform}`))),
  ];
}

export const pauseAll = ({ paused }) =>
  mayChange() && !paused.some((pause) => pause.platform === everything) && button('Pause everything', () => ask('pause', everything));

export const resetStuck = ({ stuck, stuckAfterSeconds }) =>
  mayChange() && stuck.count > 0 && button('Reset stuck items', () => askForReset(Math.ceil(stuckAfterSeconds / 60)));

const words = {
  pause: {
    ask: 'Pause', after: 'is paused', back: 'resume',
    what: (platform) => `From the next claim on, ${platform === everything ? 'all items' : 'its items'} wait, and none is changed. What is being processed is posted.`,
  },
  resume: {
    ask: 'Resume', after: 'goes on', back: 'pause',
    what: (platform) => `The items that waited are taken again, oldest due first.${platform === everything ? ' Platforms that were paused by themselves stay paused.' : ''}`,
  },
};

function ask(verb, platform) {
  const { ask: word, after, back, what } = words[verb];
  const name = nameOf(platform);
  question({
    title: `${word} ${name}?`,
    what: what(platform),
    act: `${word} ${name}`,
    danger: verb === 'pause',
    verb,
    order: () => ({ platform }),
    result: ({ changed }) => `${platform === everything ? 'Everything' : platform} ${after}${changed ? '' : ' already'}`,
    undo: { text: words[back].ask.toLowerCase(), act: () => ask(back, platform) },
  });
}

function askForLimit(platform, before) {
  const field = h('input', { name: 'perMinute', type: 'number', min: 1, max: 60_000, step: 1, inputmode: 'numeric', autocomplete: 'off', value: before ?? '' });
  question({
    title: `Limit ${platform}?`,
    what: 'The posts come evenly, whatever the number of workers; the others wait.',
    fields: h('label', {}, h('span', {}, 'Posts a minute, 1 to 60,000; empty for no limit'), field),
    act: `Limit ${platform}`,
    verb: 'limit',
    order: (form) => ({ platform, perMinute: form.get('perMinute') === '' ? null : Number(form.get('perMinute')) }),
    result: ({ limited }) => {
      const now = limited.find((limit) => limit.platform === platform);
      return `${platform} ${now ? `gets ${many(now.perMinute, 'post')} a minute` : 'has no limit'}`;
    },
    undo: { text: before ? `${number(before)} a minute` : 'no limit', act: () => askForLimit(platform, before) },
  });
}

function askToLift(platform, before) {
  question({
    title: `Lift the limit of ${platform}?`,
    what: `It gets ${many(before, 'post')} a minute now; without a limit what waits is posted as fast as it goes.`,
    act: 'Lift the limit',
    verb: 'limit',
    order: () => ({ platform, perMinute: null }),
    result: () => `${platform} has no limit`,
    undo: { text: `${number(before)} a minute`, act: () => askForLimit(platform, before) },
  });
}

async function askForReset(olderThanMinutes) {
  const order = { olderThanMinutes };
  const { dialog, show, title, close } = openDialog();
  show(title('Reset stuck items'), h('p', {}, 'Counting …'), h('div', { class: 'actions' }, close('Never mind')));
  let count;
  try {
    count = (await change('reset', { ...order, dryRun: true })).resetCount;
  } catch (refusal) {
    return show(title(refusal.title ?? 'Not counted'), h('p', {}, refusal.detail), h('div', { class: 'actions' }, close()));
  }
  if (!dialog.open) return;
  dialog.close();
  question({
    title: `Reset ${many(count, 'stuck item')}?`,
    what: `In processing for over ${duration(olderThanMinutes * 60)}, so ${count === 1 ? 'its worker is likely gone. It is queued again; a worker that still runs does not post it.' : 'their worker is likely gone. They are queued again; a worker that still runs posts none of them.'}`,
    act: `Reset ${many(count, 'item')}`,
    verb: 'reset',
    order: () => order,
    result: ({ resetCount, more }) => `${many(resetCount, 'item')} queued again${more ? '; there may be more: reset again' : ''}`,
  });
}

/** Asks, orders it if the operator says so, and says what came of it. */
function question({ title: asked, what, fields, act, danger, verb, order, result, undo }) {
  const { dialog, show, title, close, reason, focusLast } = openDialog();
  // One key for one question: sent again after a lost answer, it is done once.
  const key = newKey();
  show(
    title(asked), h('p', {}, what),
    h('form', { onsubmit: (event) => { event.preventDefault(); run(new FormData(event.target)); } },
      fields, reason(),
      h('div', { class: 'actions' }, h('button', { class: danger ? 'danger' : 'primary' }, act), close('Never mind'))));
  dialog.querySelector('input').focus();

  async function run(form) {
    dialog.querySelectorAll('button').forEach((one) => { one.disabled = true; });
    try {
      const answer = await change(verb, { ...order(form), reason: form.get('reason') || null }, key);
      show(title(result(answer)), h('div', { class: 'actions' },
        undo && answer.changed && button(`Undo: ${undo.text}`, () => { dialog.close(); undo.act(); }), close('Done')));
    } catch (refusal) {
      show(title(refusal.title ?? 'Not done'), h('p', {}, refusal.detail ?? String(refusal)), h('div', { class: 'actions' },
        refusal.status === 0 || refusal.status >= 500 ? button('Try again', () => run(form)) : null, close()));
    }
    focusLast();
    refresh();
  }
}
