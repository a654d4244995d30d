// What a filter means: in an address, in a request, in words.
import { moment } from './format.js';
import { instantOf } from './zone.js';

const names = ['status', 'platform', 'creatorId', 'originalPostId', 'cause', 'title', 'text', 'shortId', 'from', 'to'];

/** Whether a value says something: of all of them only a platform's name may be empty. */
export const isGiven = (name, value) => value !== undefined && value !== null && (value !== '' || name === 'platform');

/** Of an address or a form: what the app takes as a filter. A time without a zone is UTC. Throws a sentence. */
export function filterOf(query) {
  const filter = Object.fromEntries(Object.entries(query).filter(([name, value]) => names.includes(name) && isGiven(name, value)));
  for (const [name, label] of [['from', 'From'], ['to', 'Before']]) if (filter[name]) filter[name] = timeOf(filter[name], label);
  return filter;
}

/** "failed, for girlfanz, with the cause …": all that a filter asks. */
export function wordsOf(filter) {
  const say = {
    status: (value) => value,
    platform: (value) => `for ${nameOf(value)}`,
    creatorId: (value) => `by the creator ${value}`,
    originalPostId: (value) => `of the original ${value}`,
    cause: (value) => `with the cause “${value}”`,
    title: (value) => `titled “…${value}…”`,
    text: (value) => `with “${value}” in title or error`,
    shortId: (value) => `with the id …${value}`,
    from: (value) => `from ${moment(value)}`,
    to: (value) => `before ${moment(value)}`,
  };
  return names.filter((name) => isGiven(name, filter?.[name])).map((name) => say[name](filter[name])).join(', ') || 'all';
}

/** What a change is about to mean: "that is failed, for girlfanz" of one item, "that are …" of more. */
export const thatAre = (filter) => (count) => `that ${count === 1 ? 'is' : 'are'} ${wordsOf(filter)}`;

/** A platform's name, which somebody wrote: it may be empty, or as long as they liked. */
export function nameOf(platform) {
  if (platform.trim() === '') return platform === '' ? '(empty name)' : `(${platform.length} spaces)`;
  return platform;
}

/** The same where there is little room: cut in the middle. */
export function shortNameOf(platform) {
  const name = nameOf(platform);
  return name.length > 28 ? `${name.slice(0, 14)}…${name.slice(-12)}` : name;
}

function timeOf(text, label) {
  const at = instantOf(text);
  if (Number.isNaN(at.getTime())) throw new Error(`${label} is no time: “${text}”. Say it as in 2026-11-24T20:00:00Z.`);
  return at.toISOString();
}
