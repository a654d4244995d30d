// Dark or light: as the system wishes, or as the operator says.

const order = ['auto', 'dark', 'light'];
const changed = [];

export let theme = read();
apply();
for (const what of ['(prefers-color-scheme: dark)', '(forced-colors: active)'])
  matchMedia(what).addEventListener('change', () => changed.forEach((tell) => tell()));

export function nextTheme() {
  theme = order[(order.indexOf(theme) + 1) % order.length];
  apply();
  try {
    localStorage.setItem('theme', theme);
  } catch {
    // A browser that keeps nothing asks again next time.
  }
  changed.forEach((tell) => tell());
}

export const onThemeChange = (tell) => changed.push(tell);

/** The colour that a class of console.css gives to text, for what is drawn on a canvas. */
export function inkOf(name) {
  const probe = document.createElement('span');
  probe.className = `ink-${name}`;
  document.body.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}

function read() {
  try {
    const kept = localStorage.getItem('theme');
    return order.includes(kept) ? kept : 'auto';
  } catch {
    return 'auto';
  }
}

function apply() {
  document.documentElement.dataset.theme = theme;
}
