// The keyboard: each key that the page knows, and the list of them.
import { showDialog } from './dialog.js';
import { h } from './dom.js';

const known = [
  ['g o', 'Overview'], ['g f', 'Failures'], ['g i', 'Items'], ['g c', 'Audit log'],
  ['r', 'Refresh now'], ['p', 'Pause or go on'], ['t', 'Dark, light, or as the system'], ['u', 'Times of this place, or UTC'],
  ['/', 'Find: an id, a creator, words of a title or an error'], ['j k', 'Items: next, previous row'], ['x', 'Items: select the row'], ['Enter', 'Items: open the row'],
  ['e', 'Items: retry the selected'], ['c', 'Items: cancel the selected'], ['n', 'Items: next page'],
  ['?', 'This list'], ['Esc', 'Close'],
];

/** Listens. actions: { r: () => …, 'g o': () => … }; more(): those of the view that is shown. */
export function listen(actions, more) {
  let first = '';
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
    if (event.target.closest('input:not([type=checkbox]), select, textarea')) {
      if (event.key === 'Escape') event.target.blur();
      return;
    }
    const key = first ? `${first} ${event.key}` : event.key;
    first = event.key === 'g' && !first ? 'g' : '';
    const action = actions[key] ?? more()?.[key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}

export function showKeys() {
  const dialog = h('dialog', { 'aria-labelledby': 'keys-title' },
    h('h2', { id: 'keys-title' }, 'Keys'),
    h('dl', { class: 'keys' }, known.map(([key, does]) => h('div', {}, h('dt', {}, key.split(' ').map((part) => h('kbd', {}, part))), h('dd', {}, does)))),
    h('div', { class: 'actions' }, h('button', { onclick: () => dialog.close() }, 'Close')));
  showDialog(dialog);
}
