// How numbers, times and lengths of time are written.
import { h } from './dom.js';
import { formatter, isUtc, zoneAt } from './zone.js';

const whole = new Intl.NumberFormat('en-US');
const clock = formatter({ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const day = formatter({ day: 'numeric', month: 'short' });
const year = formatter({ day: 'numeric', month: 'short', year: 'numeric' });

export const number = (value) => whole.format(value);

/** "1 item", "312 items". */
export const many = (count, one, more = `${one}s`) => `${number(count)} ${count === 1 ? one : more}`;

/** A count and what it is worth: "12", "10,000+", "≈ 4,200,000". */
export function bounded({ count, precision }) {
  if (precision === 'atLeast') return `${number(count)}+`;
  return precision === 'estimated' ? `≈ ${number(count)}` : number(count);
}

/** "0.4 s", "12 s", "5 min", "3 h 20 min", "2 d 4 h": by the rules of Duration.cs. */
export function duration(seconds) {
  if (seconds === null || seconds === undefined) return '–';
  const tenths = Math.floor(Math.max(seconds, 0) * 10 + 0.5);
  if (tenths < 100 && tenths % 10) return `${Math.floor(tenths / 10)}.${tenths % 10} s`;
  const s = Math.floor(Math.max(seconds, 0) + 0.5);
  if (s < 120) return `${s} s`;
  const minutes = Math.floor(s / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  const days = Math.floor(hours / 24);
  return days < 10 && hours % 24 ? `${days} d ${hours % 24} h` : `${number(days)} d`;
}

/** A time in the zone that is shown, which it names, with its day where that is not today. */
export function moment(iso) {
  const at = new Date(iso);
  const now = new Date();
  const days = year.format(at) === year.format(now) ? '' : `${(year.format(at).slice(-4) === year.format(now).slice(-4) ? day : year).format(at)}, `;
  return `${days}${clock.format(at)} ${zoneAt(at)}`;
}

/** A time as an element; the same in UTC on hover. */
export function time(iso) {
  return iso ? h('time', { datetime: iso, title: utc(iso) }, moment(iso)) : '–';
}

/** How long ago, or how far ahead: "5 min ago", "in 2 min"; the time itself on hover. */
export function ago(iso) {
  if (!iso) return '–';
  const at = new Date(iso);
  const seconds = Math.round((Date.now() - at) / 1000);
  const text = Math.abs(seconds) < 2 ? 'now' : seconds < 0 ? `in ${duration(-seconds)}` : `${duration(seconds)} ago`;
  return h('time', { datetime: iso, title: isUtc ? utc(iso) : `${moment(iso)}, ${utc(iso)}` }, text);
}

/** The same for a person who copies it: an id's last eight characters, as the log has them; whole on hover. */
export const shortId = (id) => h('span', { class: 'mono', title: id }, id.replaceAll('-', '').slice(-8));

function utc(iso) {
  return `${new Date(iso).toISOString().replace('T', ' ').slice(0, 19)} UTC`;
}
