// A dialog that goes on from a question to its end.
import { h, morph } from './dom.js';

let opened = 0;

/** Shows a dialog in place of the one before. A browser tells of the end of that one late: it is taken away here. */
export function showDialog(dialog, closed = () => {}) {
  document.getElementById('dialogs').replaceChildren(dialog);
  dialog.addEventListener('close', () => {
    dialog.remove();
    closed();
  });
  dialog.showModal();
}

/** Opens one. show(…) puts its content in place of what was there; title, close and reason are parts of that. */
export function openDialog() {
  const titleId = `dialog-title-${++opened}`;
  const dialog = h('dialog', { class: 'change', 'aria-labelledby': titleId, 'aria-live': 'polite' });
  showDialog(dialog);
  return {
    dialog,
    show: (...content) => morph(dialog, h('div', {}, content)),
    title: (text) => h('h2', { id: titleId }, text),
    close: (text = 'Close') => h('button', { type: 'button', onclick: () => dialog.close() }, text),
    reason: () => h('label', {}, h('span', {}, 'Why (kept with the record; may be empty)'), h('input', { name: 'reason', maxlength: 1000, autocomplete: 'off' })),
    // The way on, at the end: what Enter and Space mean.
    focusLast: () => [...dialog.querySelectorAll('button')].at(-1).focus(),
  };
}

/** A new idempotency key; randomUUID is there only where the page came over HTTPS or from this machine. */
export function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
