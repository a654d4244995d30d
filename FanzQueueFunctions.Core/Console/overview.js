// Is it well? In one look: health in words, the figures, what happened over time, the platforms, the check's findings.
import { addressOf } from './address.js';
import { mayChange, read } from './api.js';
import { controlCells, heldBack, pauseAll, resetStuck } from './controls.js';
import { h } from './dom.js';
import { bounded, duration, many, number } from './format.js';
import { learn } from './platforms.js';
import { drawPlot, sparkline } from './plots.js';

const ranges = { '1h': 3600, '6h': 21_600, '24h': 86_400, '7d': 604_800, '30d': 2_592_000 };

// A platform's small plot is a request of its own: only every five minutes.
const sparks = new Map();
const sparkAge = 300_000;

// The check looks at the tables themselves: now and then is enough.
let findings = { at: 0, list: [] };
const findingsAge = 60_000;

export const overview = {
  title: 'Overview',

  async load({ query }) {
    const range = query.range in ranges ? query.range : '1h';
    const [now, series] = await Promise.all([read('overview'), read('series', { range }), readFindings()]);
    learn(now.platforms);
    readSparks(now.platforms);
    return { now, series, range, findings: findings.list };
  },

  render({ now, series, range, findings: found }) {
    return [
      h('div', { class: 'state' }, health(now), heldBack(now)),
      figures(now),
      h('section', { 'aria-labelledby': 'over-time' },
        h('div', { class: 'head' },
          h('h2', { id: 'over-time' }, 'Over time'),
          h('nav', { class: 'segments', 'aria-label': 'How far back' }, Object.keys(ranges).map((name) => h('a', {
            href: addressOf('overview', { range: name }), 'aria-current': name === range && 'true',
          }, name))),
        ),
        h('div', { class: 'plots' },
          plot('counts', `Items in each ${duration(series.bucketSeconds)}`, sumOf(series)),
          plot('times', 'Time to post', 'The time from queueing to posting: median and 95th percentile.'),
        ),
        h('p', { class: 'hint' }, 'Hover or tap to read values, drag to zoom, double-click to zoom out.'),
      ),
      platforms(now),
      check(found),
    ];
  },

  painted({ now, series, range }) {
    const filled = fill(series, new Date(now.now), ranges[range]);
    drawPlot(document.getElementById('plot-counts'), {
      times: filled.times,
      format: number,
      lines: [
        { label: 'Posted', ink: 'posted', fill: true, values: filled.of('posted') },
        { label: 'Retried', ink: 'retried', fill: false, values: filled.of('retried') },
        { label: 'Failed', ink: 'failed', fill: false, values: filled.of('failed') },
      ],
    });
    drawPlot(document.getElementById('plot-times'), {
      times: filled.times,
      format: duration,
      lines: [
        { label: 'p50', ink: 'posted', values: filled.of('secondsToPostP50', null) },
        { label: 'p95', ink: 'late', values: filled.of('secondsToPostP95', null) },
      ],
    });
  },
};

/** How it is, in the app's own words: those of its heartbeat. */
function health(now) {
  const { status, reasons } = now.health;
  return h('section', { class: `health ${status}`, 'aria-label': 'Health' },
    h('span', { class: 'dot', 'aria-hidden': 'true' }),
    h('h1', {}, status === 'healthy' ? 'Healthy' : 'Degraded'),
    h('p', {}, status === 'healthy' ? 'Items are posted as they come due.' : `${reasons.join('; ')}.`),
    resetStuck(now));
}

function figures(now) {
  const hour = figuresOf(now.recent, 3600);
  const day = figuresOf(now.recent, 86_400);
  return h('section', { class: 'figures', 'aria-label': 'Figures' },
    figure('Due', bounded(now.due), !now.due.count ? 'nothing waits' : now.oldestDueAt ? `oldest for ${duration(now.oldestDueSeconds)}` : 'held back by a pause',
      addressOf('items', { status: 'queued', order: 'oldest' })),
    figure('In hand', bounded(now.counts.processing), now.stuck.count ? `${bounded(now.stuck)} stuck` : 'none stuck',
      addressOf('items', { status: 'processing', order: 'oldest' }), now.stuck.count && 'failed'),
    figure('Scheduled', bounded(now.scheduled), 'due later', addressOf('items', { status: 'queued' })),
    figure('Failed', bounded(now.counts.failed), `${number(day.failed)} in 24 h`, addressOf('failures'), now.counts.failed.count && 'failed'),
    figure('Posted, last hour', number(hour.posted), `${number(day.posted)} in 24 h`, addressOf('items', { status: 'posted' })),
    figure('Time to post, last hour', duration(hour.secondsToPostP50), `p95 ${duration(hour.secondsToPostP95)} · p99 ${duration(hour.secondsToPostP99)}`));
}

function figure(label, value, note, href, ink) {
  return h(href ? 'a' : 'div', { class: 'figure', href },
    h('span', { class: 'label' }, label),
    h('span', { class: ink ? `value ink-${ink}` : 'value' }, value),
    h('span', { class: 'note' }, note));
}

function plot(id, title, described) {
  return h('figure', { class: 'plot' },
    h('figcaption', {}, title),
    h('div', { id: `plot-${id}`, 'data-keep': true, role: 'img', 'aria-label': `${title}. ${described}` }));
}

function platforms(now) {
  const rows = now.platforms;
  return h('section', { 'aria-labelledby': 'platforms' },
    h('div', { class: 'head' }, h('h2', { id: 'platforms' }, 'Platforms'), pauseAll(now)),
    rows.length === 0
      ? h('p', { class: 'empty' }, 'No platform has items yet.')
      : h('div', { class: 'table', tabindex: '0', role: 'region', 'aria-label': 'Table of the platforms' },
        h('table', {},
          h('thead', {}, h('tr', {},
            h('th', { scope: 'col' }, 'Platform'),
            h('th', { scope: 'col' }, 'Posted, 24 h'),
            ['Posted', 'Retried', 'Failed', 'Due', 'In hand', 'Failed in all'].map((name) => h('th', { scope: 'col', class: 'number' }, name)),
            h('th', { scope: 'col' }, 'Held back'),
            mayChange() && h('th', { scope: 'col' }, 'Controls'))),
          h('tbody', {}, rows.map((row) => h('tr', { 'data-key': row.platform },
            h('th', { scope: 'row' }, h('a', { href: addressOf('items', { platform: row.platform }), dir: 'auto' }, row.platform)),
            h('td', {}, sparkline(sparks.get(row.platform)?.values ?? [], `Posted to ${row.platform} over the last 24 hours`)),
            h('td', { class: 'number' }, number(row.postedLastDay)),
            h('td', { class: 'number' }, number(row.retriedLastDay)),
            h('td', { class: row.failedLastDay ? 'number ink-failed' : 'number' }, number(row.failedLastDay)),
            h('td', { class: 'number' }, number(row.due)),
            h('td', { class: 'number' }, number(row.inHand)),
            h('td', { class: 'number' }, row.failed
              ? h('a', { href: addressOf('items', { status: 'failed', platform: row.platform }) }, number(row.failed))
              : '0'),
            controlCells(row, now)))))));
}

function check(found) {
  const bad = found.filter((finding) => finding.level !== 'ok');
  return h('section', { 'aria-labelledby': 'findings' },
    h('div', { class: 'head' }, h('h2', { id: 'findings' }, 'Check of the database')),
    bad.length === 0
      ? h('p', { class: 'empty' }, `All is as the app needs it (${many(found.length, 'point')} looked at).`)
      : h('ul', { class: 'findings' }, bad.map((finding) => h('li', { class: finding.level },
        h('span', { class: `badge ${finding.level}` }, finding.level),
        h('div', {},
          h('strong', {}, finding.what),
          finding.follows && h('p', {}, finding.follows),
          finding.advice && h('p', { class: 'advice' }, finding.advice))))));
}

const figuresOf = (recent, seconds) => recent.find((figure) => figure.seconds === seconds) ?? { posted: 0, failed: 0 };

function sumOf({ buckets }) {
  const sum = (name) => number(buckets.reduce((total, bucket) => total + bucket[name], 0));
  return `${sum('posted')} posted, ${sum('retried')} retried, ${sum('failed')} failed.`;
}

/** The buckets with those in which nothing happened. */
function fill({ buckets, bucketSeconds }, now, seconds) {
  const end = Math.floor(now / 1000 / bucketSeconds) * bucketSeconds;
  const at = new Map(buckets.map((bucket) => [Date.parse(bucket.startsAt) / 1000, bucket]));
  const times = [];
  for (let start = end - seconds + bucketSeconds; start <= end; start += bucketSeconds) times.push(start);
  return { times, of: (name, none = 0) => times.map((start) => at.get(start)?.[name] ?? none) };
}

async function readFindings() {
  if (Date.now() - findings.at > findingsAge) findings = { at: Date.now(), list: await read('findings') };
}

/** Behind the view's back: what arrives is there at the next refresh. */
async function readSparks(rows) {
  for (const { platform } of rows) {
    if (Date.now() - (sparks.get(platform)?.at ?? 0) < sparkAge) continue;
    const kept = { at: Date.now(), values: sparks.get(platform)?.values ?? [] };
    sparks.set(platform, kept);
    try {
      const series = await read('series', { range: '24h', platform });
      kept.values = fill(series, new Date(), 86_400).of('posted');
    } catch {
      kept.at = 0;
      return;
    }
  }
}
