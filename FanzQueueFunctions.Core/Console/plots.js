// Plots over time: uPlot with the console's colours, and small lines for tables.
import { h } from './dom.js';
import { inkOf, onThemeChange } from './theme.js';
import { formatter, onZoneChange, zoneAt } from './zone.js';

const drawn = new Map();
const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) drawn.get(target)?.plot.setSize(sizeOf(target));
});
// By its stroke a line is told from the others where its colour is not seen.
const dashes = { solid: undefined, dashed: [8, 5], dotted: [2, 4] };
const clock = formatter({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const day = formatter({ day: 'numeric', month: 'short' });

onThemeChange(drawAgain);
onZoneChange(drawAgain);

function drawAgain() {
  for (const [element, { what }] of [...drawn]) {
    remove(element);
    if (element.isConnected) drawPlot(element, what);
  }
}

/**
 * Draws into an element that the page keeps. Hovering reads the values, dragging zooms, a double click goes back.
 * what: { times: [seconds], lines: [{ label, ink, stroke: 'dashed', fill, values }], format: (value) => text }
 */
export function drawPlot(element, what) {
  const data = [what.times, ...what.lines.map((line) => line.values)];
  const kept = drawn.get(element);
  if (kept) {
    // A zoom ends with its range.
    const isOther = kept.what.range !== what.range;
    kept.what = what;
    kept.plot.setData(data, isOther || !kept.zoomed);
    return;
  }
  for (const gone of [...drawn.keys()]) if (!gone.isConnected) remove(gone);
  const entry = { what, zoomed: false };
  entry.plot = new uPlot(optionsOf(element, entry), data, element);
  drawn.set(element, entry);
  sizes.observe(element);
}

/** A line of the given values, as high as its highest; nothing where there is nothing to show. */
export function sparkline(values, label, ink = 'posted') {
  const top = Math.max(...values, 0);
  if (!top) return h('span', { class: 'faint' }, '–');
  const step = 100 / Math.max(values.length - 1, 1);
  const line = values.map((value, i) => `${i ? 'L' : 'M'}${(i * step).toFixed(1)} ${(22 - (20 * value) / top).toFixed(1)}`).join('');
  return h('svg', { class: `spark ${ink}`, viewBox: '0 0 100 24', preserveAspectRatio: 'none', role: 'img', 'aria-label': label },
    h('path', { class: 'area', d: `${line}V24H0Z` }), h('path', { class: 'line', d: line }));
}

function remove(element) {
  sizes.unobserve(element);
  drawn.get(element).plot.destroy();
  drawn.delete(element);
}

function sizeOf(element) {
  return { width: Math.max(element.clientWidth, 200), height: 190 };
}

function optionsOf(element, entry) {
  const faint = inkOf('faint');
  const grid = { stroke: inkOf('grid'), width: 1 };
  const axis = { stroke: faint, grid, ticks: { show: false }, font: '11px system-ui, sans-serif' };
  const { lines, format } = entry.what;
  return {
    ...sizeOf(element),
    cursor: { sync: { key: 'time' }, drag: { x: true, y: false }, points: { size: 7 } },
    legend: { live: true, markers: { width: 2, fill: () => 'transparent', dash: (_, i) => lines[i - 1]?.stroke ?? 'solid' } },
    padding: [8, 8, 0, 0],
    scales: { x: { time: true }, y: { range: (_, low, high) => [0, Math.max(high * 1.1, 1)] } },
    axes: [
      { ...axis, size: 30, values: (_, splits, __, ___, step) => splits.map((s) => labelOf(s, step)) },
      { ...axis, size: 52, values: (_, splits) => splits.map((value) => (value === null ? '' : format(value))) },
    ],
    series: [
      { label: 'At', value: (_, at) => (at === null ? '–' : `${day.format(at * 1000)} ${clock.format(at * 1000)} ${zoneAt(new Date(at * 1000))}`) },
      ...lines.map((line) => ({
        label: line.label,
        stroke: inkOf(line.ink),
        width: 1.75,
        dash: dashes[line.stroke ?? 'solid'],
        fill: line.fill ? inkOf(line.ink).replace('rgb(', 'rgba(').replace(')', ', 0.12)') : undefined,
        points: { show: line.fill === undefined ? undefined : false },
        value: (_, value) => (value === null || value === undefined ? '–' : format(value)),
      })),
    ],
    hooks: {
      setScale: [(plot, key) => {
        if (key !== 'x') return;
        const times = plot.data[0];
        entry.zoomed = plot.scales.x.min > times[0] || plot.scales.x.max < times.at(-1);
      }],
    },
  };
}

function labelOf(seconds, step) {
  const at = new Date(seconds * 1000);
  return step >= 86_400 || clock.format(at) === '00:00' ? day.format(at) : clock.format(at);
}
