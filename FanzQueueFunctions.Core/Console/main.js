// The console: asks for the key, shows the view that the address names, and keeps it fresh.
import { go, readAddress } from './address.js';
import { callMe, enter, enterAs, enterWith, forget, keys, mayChange, Refusal, signIn, unlock } from './api.js';
import { changes } from './changes.js';
import { applyDead, dead } from './dead.js';
import { showDialog } from './dialog.js';
import { h, morph } from './dom.js';
import { failures } from './failures.js';
import { findField, focusFind } from './find.js';
import { duration, moment } from './format.js';
import { item } from './item.js';
import { items } from './items.js';
import { listen, showKeys } from './keys.js';
import { keepFresh, live, pause, refresh, stop } from './live.js';
import { hear, overview, state } from './overview.js';
import { askTabs, hearTabs, stopAsking, tellToLeave } from './tabs.js';
import { nextTheme, onThemeChange, theme } from './theme.js';
import { isUtc, nextZone, onZoneChange } from './zone.js';

const views = { overview, failures, items, item, changes };
const tabs = { overview: 'Overview', failures: 'Failures', items: 'Items', changes: 'Audit log' };
const top = document.getElementById('top');
const main = document.getElementById('main');
const lost = document.getElementById('lost');

let entered = false;
let turn = 0;
// What the app says of Microsoft Entra ID, and whether it is what opened the door.
let entra = { isOn: false };
let asPrincipal = false;

const viewOf = ({ view }) => views[view] ?? overview;

/** Loads and paints the view of the address. Gives false where another view was asked for meanwhile. */
async function load() {
  const mine = ++turn;
  const address = readAddress();
  const view = viewOf(address);
  let content;
  try {
    const data = await view.load(address);
    content = () => paint(view, data, content);
  } catch (refusal) {
    if (mine !== turn || !(refusal instanceof Refusal)) throw refusal;
    if (refusal.status === 401) return leave(asPrincipal ? 'The sign-in has ended.' : 'The app takes this key no longer.');
    if (refusal.status === 0 || refusal.status >= 500) throw refusal;
    content = () => morph(main, h('div', {}, h('section', { class: 'trouble' }, h('h1', {}, refusal.title), h('p', {}, refusal.detail))));
  }
  if (mine !== turn || !entered) return false;
  content();
  loading(false);
  // The state of the queue stands in the tab, whatever view is shown.
  await hear().catch(() => {});
  if (mine === turn && entered) {
    document.title = titleOf(view);
    paintTop();
  }
  return true;
}

/** While a view loads, the one before is dimmed, and none of its buttons acts. */
function loading(is) {
  main.classList.toggle('loading', is);
  main.setAttribute('aria-busy', String(is));
  dead('loading', is);
  paintTop();
}

function paint(view, data, again) {
  morph(main, h('div', {}, view.render(data, again)));
  view.painted?.(data);
  applyDead();
}

const titleOf = (view) => `${state.word && `${state.word} · `}${view.title} · ${state.database || 'FanzQueue'}`;

function show() {
  if (!entered) return;
  document.title = titleOf(viewOf(readAddress()));
  scrollTo(0, 0);
  // Whoever is typing already goes on.
  if (!document.activeElement.closest('.find')) main.focus({ preventScroll: true });
  loading(true);
  refresh();
}

function paintTop() {
  dead('lost', live.lostAt !== null);
  const { view } = readAddress();
  morph(top, h('div', {},
    h('a', { class: 'brand', href: '#/overview' }, 'FanzQueue'),
    entered && state.database && h('bdi', { class: 'note', title: 'The database' }, state.database),
    entered && h('nav', { 'aria-label': 'Views' }, Object.entries(tabs).map(([name, label]) => h('a', {
      href: `#/${name}`, 'aria-current': name === (view in tabs ? view : 'items') && 'page',
    }, label))),
    entered && findField(),
    h('span', { class: 'tools' },
      entered && h('button', { class: `live ${live.lostAt ? 'lost' : live.paused ? 'paused' : ''}`, title: 'Pause or go on (p)', onclick: () => pause(!live.paused) }, liveText()),
      entered && asPrincipal && h('span', { class: 'who', dir: 'auto', title: entra.name }, entra.name),
      entered && !mayChange() && (asPrincipal
        ? h('span', { class: 'note', title: 'The role that you have looks, and changes nothing' }, 'Read only')
        : h('button', { onclick: askForChangeKey, title: 'Enter the key that opens changes' }, 'Read only')),
      h('button', { onclick: nextZone, title: 'Times of this place, or UTC (u)', 'aria-label': `Times: ${isUtc ? 'UTC' : 'local'}` }, isUtc ? 'UTC' : 'Local'),
      h('button', { onclick: nextTheme, title: 'Dark, light, or as the system (t)', 'aria-label': `Colours: ${theme}` }, { auto: '◐', dark: '●', light: '○' }[theme]),
      h('button', { onclick: showKeys, title: 'Keys (?)', 'aria-label': 'Keys' }, '?'),
      entered && (asPrincipal
        ? h('a', { class: 'button', href: authAddress('logout', 'post_logout_redirect_uri') }, 'Sign out')
        : h('button', { onclick: leaveAll, title: 'Forget the key, in all tabs' }, 'Leave')))));
  morph(lost, h('div', {}, entered && live.lostAt && h('p', {},
    h('strong', {}, `No fresh answer since ${moment(live.heardAt ?? live.lostAt)}. `), live.why, ' Trying again every 5 seconds.')));
}

function liveText() {
  if (main.classList.contains('loading')) return 'Loading …';
  if (live.lostAt) return 'Lost';
  const age = live.heardAt ? Math.round((Date.now() - live.heardAt) / 1000) : 0;
  return `${live.paused ? 'Paused' : 'Live'} · ${age < 2 ? 'now' : `${duration(age)} ago`}`;
}

/** An address of App Service Authentication, which leads back here. */
const authAddress = (way, back) => `/.auth/${way}?${back}=${encodeURIComponent(location.pathname)}`;

/** The way in for who is signed in, and the door for everybody else. */
async function begin() {
  try {
    entra = await signIn();
  } catch {
    // Whoever has a key may try it all the same.
  }
  if (entra.mayRead) {
    enterAs(entra);
    entered = asPrincipal = true;
    return show();
  }
  await askTabs();
  if (!entered) askForKey('');
}

/** Goes in with what another tab gave, unless somebody is in or at the door. */
function take(given) {
  if (entered || document.getElementById('key')?.value) return false;
  enterWith(given);
  entered = true;
  show();
  return true;
}

function leaveAll() {
  tellToLeave();
  leave('');
}

function leave(why) {
  if (asPrincipal) entra = { isOn: true };
  entered = asPrincipal = false;
  turn++;
  loading(false);
  forget();
  stop();
  stopAsking();
  document.getElementById('dialogs').replaceChildren();
  paintTop();
  askForKey(why);
  return false;
}

function askForKey(why) {
  document.title = 'FanzQueue';
  morph(main, h('div', {}, h('section', { class: 'enter' },
    h('h1', {}, 'The operator’s console'),
    entra.isOn && h('p', { class: 'actions' },
      h('a', { class: 'button primary', href: authAddress('login/aad', 'post_login_redirect_uri') }, 'Sign in with Microsoft'),
      entra.name && h('a', { class: 'button', href: authAddress('logout', 'post_logout_redirect_uri') }, 'Sign out')),
    entra.name && !entra.mayRead && h('p', { class: 'trouble' }, h('bdi', {}, entra.name), ' is signed in and has no role that opens the console.'),
    h('p', {}, `${entra.isOn ? 'Or enter' : 'Enter'} the key of the function `, h('code', {}, 'QueueRead'), ', or a host key, which opens changes too. It stays in the memory of this page and of tabs opened from it, and is gone with the last of them.'),
    h('form', { onsubmit: submitKey },
      h('label', {}, h('span', {}, 'Your name, for the record of changes; may be empty'), h('input', { name: 'name', maxlength: 100, autocomplete: 'username', spellcheck: 'false' })),
      h('label', {}, h('span', {}, 'Key'), h('input', { id: 'key', name: 'key', type: 'password', autocomplete: 'current-password', spellcheck: 'false', 'aria-describedby': 'key-trouble' })),
      h('p', { id: 'key-trouble', class: 'trouble', role: 'alert' }, why),
      h('div', { class: 'actions' }, h('button', { class: 'primary' }, 'Enter'), h('span', { class: 'hint' }, 'Leave it empty where the app asks for none.'))))));
  document.getElementById('key').focus();
}

async function submitKey(event) {
  event.preventDefault();
  const field = document.getElementById('key');
  const tell = (text) => { document.getElementById('key-trouble').textContent = text; };
  tell('');
  stopAsking();
  try {
    await enter(field.value.trim());
    callMe(event.target.elements.name.value.trim());
  } catch (refusal) {
    forget();
    tell(refusal.status === 401 ? 'This key does not open the console. Check it, and that it is one for reading.' : refusal.detail);
    field.select();
    return;
  }
  field.value = '';
  entered = true;
  show();
}

function askForChangeKey() {
  const trouble = h('p', { class: 'trouble', role: 'alert' });
  const field = h('input', { type: 'password', autocomplete: 'off', spellcheck: 'false' });
  const dialog = h('dialog', { 'aria-labelledby': 'unlock-title' },
    h('h2', { id: 'unlock-title' }, 'Open changes'),
    h('form', {
      onsubmit: async (event) => {
        event.preventDefault();
        try {
          if (await unlock(field.value.trim())) return dialog.close();
          trouble.textContent = 'This key does not open changes.';
        } catch (refusal) {
          trouble.textContent = refusal.detail;
        }
        field.select();
      },
    },
    h('label', {}, h('span', {}, 'The key of the function QueueChange, or a host key'), field), trouble,
    h('div', { class: 'actions' }, h('button', { class: 'primary' }, 'Open'), h('button', { type: 'button', onclick: () => dialog.close() }, 'Never mind'))));
  showDialog(dialog, () => { paintTop(); refresh(); });
}

addEventListener('hashchange', show);
// One that the browser kept while the operator was elsewhere did not hear whether all were to leave.
addEventListener('pageshow', (event) => event.persisted && location.reload());
hearTabs({ give: () => (entered ? keys() : null), take, leave: () => entered && !asPrincipal && leave('You left in another tab.') });
onThemeChange(paintTop);
onZoneChange(() => { paintTop(); if (entered) refresh(); });
keepFresh(() => (entered ? load() : false), paintTop);
listen({
  '?': showKeys,
  t: nextTheme,
  u: nextZone,
  '/': () => entered && focusFind(),
  r: () => entered && refresh(),
  p: () => entered && pause(!live.paused),
  'g o': () => go('overview'),
  'g f': () => go('failures'),
  'g i': () => go('items'),
  'g c': () => go('changes'),
}, () => entered && viewOf(readAddress()).keys);
paintTop();
begin();
