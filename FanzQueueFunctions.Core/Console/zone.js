// In which zone times are shown: this place's, or UTC. One switch for all of them; the browser keeps it.

const changed = [];

export let isUtc = read();

export function nextZone() {
  isUtc = !isUtc;
  try {
    localStorage.setItem('zone', isUtc ? 'utc' : 'local');
  } catch {
    // A browser that keeps nothing asks again next time.
  }
  changed.forEach((tell) => tell());
}

export const onZoneChange = (tell) => changed.push(tell);

/** The zone at a time, by its distance from UTC: "UTC", "UTC+1". */
export function zoneAt(at) {
  const minutes = isUtc ? 0 : -at.getTimezoneOffset();
  if (minutes === 0) return 'UTC';
  const rest = Math.abs(minutes) % 60;
  return `UTC${minutes < 0 ? '−' : '+'}${Math.floor(Math.abs(minutes) / 60)}${rest ? `:${String(rest).padStart(2, '0')}` : ''}`;
}

/** The zone at a time that an address says, or now where it says none. */
export function zoneOf(iso) {
  const at = instantOf(iso ?? '');
  return zoneAt(Number.isNaN(at.getTime()) ? new Date() : at);
}

/** A formatter of this browser's language in the zone that is shown. */
export function formatter(options) {
  const local = new Intl.DateTimeFormat(undefined, options);
  const utc = new Intl.DateTimeFormat(undefined, { ...options, timeZone: 'UTC' });
  return { format: (at) => (isUtc ? utc : local).format(at) };
}

/** The instant that a text says; one without a zone is UTC, wherever it is read. */
export function instantOf(text) {
  const hasZone = /(z|[+-]\d\d(:?\d\d)?)$/i.test(text);
  return new Date(/\d:\d\d/.test(text) && !hasZone ? `${text}Z` : text);
}

/** A time as an input of the browser takes it: of the zone that is shown, without its name. */
export function inputOf(iso) {
  const at = instantOf(iso ?? '');
  if (Number.isNaN(at.getTime())) return '';
  return new Date(isUtc ? at : at - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

/** The time that was typed into such an input, with its zone. One that was not changed stays as it was: on the day on which
 * clocks go back an hour comes twice. */
export function ofInput(typed, before) {
  if (!typed) return '';
  if (before && typed.padEnd(19, ':00') === inputOf(before)) return before;
  return new Date(isUtc ? `${typed}Z` : typed).toISOString();
}

function read() {
  try {
    return localStorage.getItem('zone') === 'utc';
  } catch {
    return false;
  }
}
