// Keeps the view fresh: every few seconds while the page is seen, at once when it is seen again.

const every = 5000;

let work = async () => {};
let told = () => {};
let timer = 0;
let running = null;
let again = false;

export const live = { paused: false, heardAt: null, lostAt: null, why: '' };

/** Begins. The work is done again and again; "told" hears of each change of the state. */
export function keepFresh(doWork, onState) {
  work = doWork;
  told = onState;
  document.addEventListener('visibilitychange', () => (document.hidden ? clearTimeout(timer) : refresh()));
  setInterval(told, 1000);
}

/** Does the work now; a second call while it is under way makes it run once more. */
export function refresh() {
  clearTimeout(timer);
  again = running !== null;
  return (running ??= turn());
}

export function pause(paused) {
  live.paused = paused;
  if (paused) clearTimeout(timer);
  else refresh();
  told();
}

export function stop() {
  clearTimeout(timer);
  Object.assign(live, { heardAt: null, lostAt: null });
}

async function turn() {
  do {
    again = false;
    try {
      if ((await work()) === false) continue;
      Object.assign(live, { heardAt: new Date(), lostAt: null });
    } catch (refusal) {
      live.lostAt ??= new Date();
      live.why = refusal.detail ?? String(refusal);
    }
    told();
  } while (again);
  running = null;
  clearTimeout(timer);
  if (live.lostAt || (!live.paused && !document.hidden)) timer = setTimeout(refresh, every);
}
