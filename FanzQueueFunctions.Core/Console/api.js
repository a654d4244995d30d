// Speaks with the app. The keys are in these two variables and nowhere else: in no address, no store, no log. Whoever is
// signed in with Microsoft Entra ID needs none, and has addresses of their own.

import { isGiven } from './filter.js';

// Null: nobody is in, or may not change. Empty: whom the app asks for none.
let readKey = null;
let changeKey = null;
let door = '';
// Who says that the key is in their hands, for the record.
let operator = '';

/** What went wrong, in the app's own words where it had some. */
export class Refusal extends Error {
  constructor(status, title, detail) {
    super(detail);
    Object.assign(this, { status, title, detail });
  }
}

// What was answered last, by its path and with its tag: what has not changed is not sent again. As much as a few views ask.
const kept = new Map();
const mostKept = 30;

export const mayChange = () => changeKey !== null;

/** The name that goes with the key into the record of each change; empty for none. */
export const callMe = (name) => { operator = name; };

/** Whether one can sign in, and who has: { isOn, name, mayRead, mayChange }. */
export const signIn = () => send('entra', '');

/** Goes in as who is signed in. */
export function enterAs({ mayChange }) {
  forget();
  door = 'entra/';
  readKey = '';
  changeKey = mayChange ? '' : null;
}

/** Tries a key for reading, and whether it opens changes too. Throws a Refusal where it does not read. */
export async function enter(key) {
  forget();
  readKey = key;
  await read('overview');
  await unlock(key);
}

/** Tries a key for changes, by an order that changes nothing. Gives whether it opens them. */
export async function unlock(key) {
  const order = { ids: ['00000000-0000-0000-0000-000000000000'], dryRun: true };
  try {
    await send('retry', key, { method: 'POST', body: JSON.stringify(order), headers: { 'content-type': 'application/json' } });
  } catch (refusal) {
    if (refusal.status !== 401) throw refusal;
    return false;
  }
  // The door may have closed meanwhile.
  if (readKey === null) return false;
  changeKey = key;
  return true;
}

/** What a new tab of the same page needs to be in as this one is; null where this one is not, or by Microsoft Entra ID. */
export const keys = () => (readKey === null || door ? null : { readKey, changeKey, operator });

/** Goes in with what another tab gave. */
export function enterWith(given) {
  forget();
  ({ readKey, changeKey, operator } = given);
}

export function forget() {
  readKey = null;
  changeKey = null;
  door = '';
  operator = '';
  kept.clear();
}

/** Reads a view, as in read('items', { status: 'failed' }); what is empty is not asked for. */
export async function read(view, parameters = {}) {
  // Something that was still at work when the door closed.
  if (readKey === null) throw new Refusal(401, 'Nobody is in', 'Enter a key.');
  const query = new URLSearchParams(Object.entries(parameters).filter(([name, value]) => isGiven(name, value)));
  return send(door + (query.size ? `${view}?${query}` : view), readKey);
}

/** Everything that matches, as a file: CSV or JSON, as the app sends it. */
export async function exported(parameters) {
  const query = new URLSearchParams(Object.entries(parameters).filter(([name, value]) => isGiven(name, value)));
  const answer = await fetch(`${door}export?${query}`, {
    headers: readKey ? { 'x-functions-key': readKey } : {}, cache: 'no-store', credentials: 'same-origin', referrerPolicy: 'no-referrer', redirect: 'manual',
  });
  if (answer.ok) return answer.blob();
  const problem = await answer.json().catch(() => ({}));
  throw new Refusal(answer.status, problem.title ?? 'Not exported', problem.detail ?? 'The app answered without saying why.');
}

/** Orders a change. Repeated under its key it goes on where it was. */
export function change(verb, order, idempotencyKey, signal) {
  return send(door + verb, changeKey ?? '', {
    method: 'POST',
    body: JSON.stringify(order),
    headers: {
      'content-type': 'application/json',
      ...(idempotencyKey && { 'idempotency-key': idempotencyKey }),
      ...(operator && !door && { 'x-operator-name': encodeURIComponent(operator) }),
    },
    signal,
  });
}

async function send(path, key, { headers = {}, signal, ...options } = {}) {
  const limit = AbortSignal.timeout(45_000);
  const before = options.method ? undefined : kept.get(path);
  let answer;
  try {
    answer = await fetch(path, {
      ...options,
      headers: { ...headers, ...(key && { 'x-functions-key': key }), ...(before && { 'if-none-match': before.tag }) },
      cache: 'no-store',
      credentials: 'same-origin',
      referrerPolicy: 'no-referrer',
      // Only a sign-in that has ended leads elsewhere.
      redirect: 'manual',
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    // A key that no header can hold fails here, too.
    if (/[^\x20-\x7e]/.test(key)) throw new Refusal(401, 'Wrong key', 'The key is wrong.');
    throw new Refusal(0, 'No answer', 'The app does not answer.');
  }
  if (answer.status === 304) return before.data;
  if (answer.ok) {
    const data = await answer.json();
    const tag = answer.headers.get('etag');
    kept.delete(path);
    if (tag && !options.method) kept.set(path, { tag, data });
    if (kept.size > mostKept) kept.delete(kept.keys().next().value);
    return data;
  }
  if (answer.type === 'opaqueredirect') throw new Refusal(401, 'Not signed in', 'The sign-in has ended.');
  const problem = await answer.json().catch(() => ({}));
  throw new Refusal(
    answer.status,
    problem.title ?? (answer.status === 401 ? 'Wrong key' : `Status ${answer.status}`),
    problem.detail ?? (answer.status === 401 ? 'The key is wrong.' : 'The app answered without saying why.'),
  );
}
