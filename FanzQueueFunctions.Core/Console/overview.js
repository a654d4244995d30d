// Is it well? In one look: health in words, the figures, what happened over time, the platforms, the check's findings.
import { addressOf } from './address.js';
import { mayChange, read } from './api.js';
import { controlCells, heldBack, pauseAll, resetStuck } from './controls.js';
import { h } from './dom.js';
import { nameOf, shortNameOf } from './filter.js';
import { ago, bounded, duration, many, number, time } from './format.js';
import { learn } from './platforms.js';
import { drawPlot, sparkline } from './plots.js';
import { zoneOf } from './zone.js';

const ranges = { '1h': 3600, '6h': 21_600, '24h': 86_400, '7d': 604_800, '30d': 2_592_000 };

// The small plots of all platforms are one request: every five minutes.
let days = { at: 0, of: new Map() };
const daysAge = 300_000;

// What fails most, and the cause of it: now and then is enough.
let worst = { at: 0, cause: null };
const worstAge = 60_000;

/** How the queue is, in a word, for the title of the tab: as it was last heard. */
export const state = { word: '', database: '', at: 0 };

// By which column the platforms are sorted, and whether the largest stands first.
let sorted = { by: 'platform', down: false };

// The check looks at the tables themselves: now and then is enough.
let findings = { at: 0, list: [] };
const findingsAge = 60_000;

export const overview = {
  title: 'Overview',

  async load({ query }) {
    const range = query.range in ranges ? query.range : '1h';
    const [now, series] = await Promise.all([read('overview'), read('series', { range }), readFindings(), readWorst()]);
    learn(now.platforms);
    heard(now);
    readDays();
    return { now, series, range, findings: findings.list };
  },

  render({ now, series, range, findings: found }, paint) {
    return [
      h('div', { class: 'state' }, health(now), heldBack(now)),
      workers(now),
      figures(now),
      mostOf(now),
      h('section', { 'aria-labelledby': 'over-time' },
        h('div', { class: 'head' },
          h('h2', { id: 'over-time' }, 'Over time'),
          h('nav', { class: 'segments', 'aria-label': 'How far back' }, Object.keys(ranges).map((name) => h('a', {
            href: addressOf('overview', { range: name }), 'aria-current': name === range && 'true',
          }, duration(ranges[name])))),
        ),
        h('div', { class: 'plots' },
          plot('counts', `Items in each ${duration(series.bucketSeconds)}`, sumOf(series)),
          plot('times', 'Time to post', 'The time from queueing to posting: median and 95th percentile.'),
        ),
        series.missingFrom && h('p', { class: 'hint' }, 'Figures from ', time(series.missingFrom), ' until 15 minutes ago are missing: no worker wrote them.'),
        h('p', { class: 'hint' }, 'Hover or tap to read values, drag to zoom, double-click to zoom out.'),
        asTable(series),
      ),
      platforms(now, paint),
      check(found),
    ];
  },

  painted({ now, series, range }) {
    const filled = fill(series, new Date(now.now), ranges[range]);
    drawPlot(document.getElementById('plot-counts'), {
      range,
      times: filled.times,
      format: number,
      lines: [
        { label: 'Posted', ink: 'posted', fill: true, values: filled.of('posted') },
        { label: 'Retried', ink: 'retried', stroke: 'dashed', fill: false, values: filled.of('retried') },
        { label: 'Failed', ink: 'failed', stroke: 'dotted', fill: false, values: filled.of('failed') },
      ],
    });
    drawPlot(document.getElementById('plot-times'), {
      range,
      times: filled.times,
      format: duration,
      lines: [
        { label: 'p50', ink: 'posted', values: filled.of('secondsToPostP50', null) },
        { label: 'p95', ink: 'late', stroke: 'dashed', values: filled.of('secondsToPostP95', null) },
      ],
    });
  },
};

/** How it is, in the app's own words: those of its heartbeat. */
function health(now) {
  const { status, reasons } = now.health;
  const everything = now.paused.find((pause) => pause.platform === '*');
  return h('section', { class: `health ${everything ? 'degraded' : status}`, 'aria-label': 'Health' },
    h('span', { class: 'dot', 'aria-hidden': 'true' }),
    h('h1', {}, wordOf(now)),
    h('p', {}, everything
      ? ['Everything is paused ', ago(everything.pausedAt), ' by ', h('bdi', {}, everything.pausedBy), everything.reason && [': ', h('bdi', {}, everything.reason)], '. ']
      : null,
    reasons.map((reason, i) => [i > 0 && '; ', h('a', { href: rowsOf(reason) }, reason)]), reasons.length > 0 && '.',
    !everything && reasons.length === 0 && 'Items are posted as they come due.'),
    resetStuck(now));
}

const wordOf = ({ health: { status }, paused }) => (paused.some((pause) => pause.platform === '*') ? 'Paused' : ({ healthy: 'Healthy', degraded: 'Degraded', unhealthy: 'Unhealthy' })[status]);

/** Who works: each worker's last run and post, and what went wrong last. */
function workers({ workers: all, lastPostedAt }) {
  const here = (all ?? []).filter((worker) => !worker.isGone);
  return h('ul', { class: 'workers', 'aria-label': 'Workers' },
    here.map((worker) => h('li', { 'data-key': `${worker.name} ${worker.startedAt}` },
      h('bdi', {}, worker.name), ': last run ', worker.completedAt ? ago(worker.completedAt) : 'none yet', ', last post ', worker.postedAt ? ago(worker.postedAt) : 'none yet',
      worker.error && [', last error ', ago(worker.errorAt), ': ', h('bdi', {}, worker.error)])),
    here.length === 0 && h('li', {}, 'No worker reports. ', lastPostedAt ? ['The last post was made ', ago(lastPostedAt), '.'] : 'Nothing was ever posted.'));
}

/** Where the rows are that a reason speaks of. */
function rowsOf(reason) {
  if (reason.includes('worker')) return addressOf('items', { status: 'processing', order: 'oldest' });
  if (reason.includes('stuck')) return addressOf('items', { status: 'processing', order: 'oldest' });
  if (reason.includes('failed')) return addressOf('failures', { since: '1h' });
  return addressOf('items', { status: 'queued', order: 'oldest' });
}

/** What most of it is: the platform and the creator of what is due, the cause of what fails. */
function mostOf({ due, platforms: rows, topCreator }) {
  const most = rows.toSorted((a, b) => b.due.count - a.due.count)[0];
  const parts = [
    most?.due.count > 0 && ['Most of what is due is for ', h('a', { href: addressOf('items', { status: 'queued', order: 'oldest', platform: most.platform }), dir: 'auto' }, shortNameOf(most.platform)),
      ` (${bounded(most.due)} of ${bounded(due)})`,
      topCreator && [' and by ', h('a', { href: addressOf('items', { status: 'queued', order: 'oldest', creatorId: topCreator.creatorId }), dir: 'auto' }, topCreator.creatorName ?? '(creator gone)'),
        topCreator.among < due.count ? ` (${number(topCreator.count)} of the oldest ${number(topCreator.among)})` : ` (${number(topCreator.count)})`], '.'],
    worst.cause && ['Most of what failed in the last hour: ', h('a', { href: addressOf('items', { status: 'failed', cause: worst.cause.cause }), dir: 'auto' }, worst.cause.cause),
      ` (${number(worst.cause.count)}${worst.cause.isExact ? '' : '+'}).`],
  ].filter(Boolean);
  return parts.length > 0 && h('ul', { class: 'most', 'aria-label': 'Most of it' }, parts.map((part) => h('li', {}, part)));
}

/** The plots as a table, for who reads no lines. */
function asTable({ buckets }) {
  const names = { posted: 'Posted', retried: 'Retried', failed: 'Failed' };
  return h('details', { class: 'as-table' }, h('summary', {}, 'As a table'),
    h('div', { class: 'table', tabindex: '0', role: 'region', 'aria-label': 'The plots as a table' }, h('table', {},
      h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'From'), [...Object.values(names), 'p50', 'p95'].map((name) => h('th', { scope: 'col', class: 'number' }, name)))),
      h('tbody', {}, buckets.toReversed().map((bucket) => h('tr', { 'data-key': bucket.startsAt },
        h('th', { scope: 'row' }, time(bucket.startsAt)),
        Object.keys(names).map((name) => h('td', { class: 'number' }, number(bucket[name]))),
        h('td', { class: 'number' }, duration(bucket.secondsToPostP50)), h('td', { class: 'number' }, duration(bucket.secondsToPostP95))))))));
}

function figures(now) {
  const hour = figuresOf(now.recent, 3600);
  const day = figuresOf(now.recent, 86_400);
  return h('section', { class: 'figures', 'aria-label': 'Figures' },
    figure('Due', bounded(now.due), !now.due.count ? 'nothing waits' : now.oldestDueAt ? `oldest for ${duration(now.oldestDueSeconds)}` : 'held back by a pause',
      addressOf('items', { status: 'queued', order: 'oldest' })),
    figure('Running', bounded(now.counts.processing), now.stuck.count ? `${bounded(now.stuck)} stuck` : 'none stuck',
      addressOf('items', { status: 'processing', order: 'oldest' }), now.stuck.count && 'failed'),
    figure('Scheduled', bounded(now.scheduled), 'due later', addressOf('items', { status: 'queued' })),
    figure('Failed', bounded(now.counts.failed), `${number(hour.failed)} last hour, ${number(day.failed)} in 24 h${sameHour(now, 'failed')}`, addressOf('failures'), now.counts.failed.count && 'failed'),
    figure('Posted, last hour', number(hour.posted), `${number(day.posted)} in 24 h${sameHour(now, 'posted')}`, addressOf('items', { status: 'posted' })),
    figure('Time to post, last hour', duration(hour.secondsToPostP50), `p95 ${duration(hour.secondsToPostP95)} · p99 ${duration(hour.secondsToPostP99)}`));
}

/** ", yesterday 812, a week ago 790": in the hour that is the last hour now. */
const sameHour = (now, name) => now.sameHour.map((hour) => `, ${hour.daysAgo === 1 ? 'this hour yesterday' : 'a week ago'} ${number(hour[name])}`).join('');

function figure(label, value, note, href, ink) {
  return h(href ? 'a' : 'div', { class: 'figure', href },
    h('span', { class: 'label' }, label),
    h('span', { class: ink ? `value ink-${ink}` : 'value' }, value),
    h('span', { class: 'note' }, note));
}

function plot(id, title, described) {
  return h('figure', { class: 'plot' },
    h('figcaption', {}, title, h('span', { class: 'note' }, ` · ${zoneOf()}`)),
    h('div', { id: `plot-${id}`, 'data-keep': true, role: 'img', 'aria-label': `${title}. ${described}` }));
}

const columns = [
  ['platform', 'Platform', (row) => row.platform], ['day', 'Posted, 24 h', null], ['posted', 'Posted', (row) => row.postedLastDay],
  ['p50', 'p50', (row) => days.of.get(row.platform)?.secondsToPostP50 ?? -1], ['p95', 'p95', (row) => days.of.get(row.platform)?.secondsToPostP95 ?? -1],
  ['retried', 'Retried', (row) => row.retriedLastDay], ['failed', 'Failed', (row) => row.failedLastDay], ['due', 'Due', (row) => row.due.count],
  ['inHand', 'Running', (row) => row.inHand.count], ['failedInAll', 'Failed in all', (row) => row.failed.count],
];

function heading([name, label, valueOf], paint) {
  const isBy = sorted.by === name;
  return h('th', { scope: 'col', class: ['platform', 'day'].includes(name) ? null : 'number', 'aria-sort': isBy && (sorted.down ? 'descending' : 'ascending') },
    valueOf ? h('button', {
      type: 'button', class: 'sort', onclick: () => { sorted = { by: name, down: isBy ? !sorted.down : name !== 'platform' }; paint(); },
    }, label, isBy && h('span', { 'aria-hidden': 'true' }, sorted.down ? ' ↓' : ' ↑')) : label);
}

function platforms(now, paint) {
  const valueOf = columns.find(([name]) => name === sorted.by)[2];
  const order = (a, b) => (valueOf(a) < valueOf(b) ? -1 : valueOf(a) > valueOf(b) ? 1 : 0) * (sorted.down ? -1 : 1);
  const rows = now.platforms.toSorted(order);
  return h('section', { 'aria-labelledby': 'platforms' },
    h('div', { class: 'head' }, h('h2', { id: 'platforms' }, 'Platforms'), pauseAll(now)),
    rows.length === 0
      ? h('p', { class: 'empty' }, 'No platform has items yet.')
      : h('div', { class: 'table sticky', tabindex: '0', role: 'region', 'aria-label': 'Table of the platforms' },
        h('table', {},
          h('thead', {}, h('tr', {},
            columns.map((column) => heading(column, paint)),
            h('th', { scope: 'col' }, 'Held back'),
            mayChange() && h('th', { scope: 'col' }, 'Controls'))),
          h('tbody', {}, rows.map((row) => h('tr', { 'data-key': row.platform },
            h('th', { scope: 'row' }, h('a', {
              href: addressOf('items', { platform: row.platform }), dir: 'auto', title: nameOf(row.platform), 'data-whole': shortNameOf(row.platform) !== nameOf(row.platform) && nameOf(row.platform).replace(/[\u202a-\u202e\u2066-\u2069]/g, '\ufffd'),
            }, shortNameOf(row.platform))),
            h('td', {}, sparkline(days.of.get(row.platform)?.posted ?? [], `Posted to ${nameOf(row.platform)} over the last 24 hours`)),
            h('td', { class: 'number' }, number(row.postedLastDay)),
            h('td', { class: 'number' }, duration(days.of.get(row.platform)?.secondsToPostP50)),
            h('td', { class: 'number' }, duration(days.of.get(row.platform)?.secondsToPostP95)),
            h('td', { class: 'number' }, number(row.retriedLastDay)),
            h('td', { class: row.failedLastDay ? 'number ink-failed' : 'number' }, number(row.failedLastDay)),
            [[row.due, 'queued', 'due'], [row.inHand, 'processing', 'running'], [row.failed, 'failed', 'failed']].map(([count, status, word]) => h('td', { class: 'number' }, count.count
              ? h('a', { href: addressOf('items', { status, platform: row.platform }), 'aria-label': `${bounded(count)} ${word} for ${nameOf(row.platform)}` }, bounded(count))
              : bounded(count))),
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
async function readDays() {
  if (Date.now() - days.at < daysAge) return;
  days.at = Date.now();
  try {
    days.of = new Map((await read('platforms')).platforms.map((day) => [day.platform, day]));
  } catch {
    days.at = 0;
  }
}

async function readWorst() {
  if (Date.now() - worst.at < worstAge) return;
  const since = new Date(Math.floor(Date.now() / 1000 - 3600) * 1000).toISOString();
  const { causes } = await read('failures', { since });
  worst = { at: Date.now(), cause: causes.toSorted((a, b) => b.count - a.count)[0] ?? null };
}

/** What the tab's title says of it. */
function heard(now) {
  Object.assign(state, { word: wordOf(now), database: now.database ?? '', at: Date.now() });
}

/** Hears how the queue is, where another view is shown; half a minute old is fresh enough. */
export async function hear() {
  if (Date.now() - state.at < 30_000) return;
  state.at = Date.now();
  heard(await read('overview'));
}
