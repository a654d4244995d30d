// One field for all that an operator may have in hand: an id of an item, of an original, of a post or of a creator, the eight
// characters of the log, a creator's name, words of a title or of an error.
import { addressOf, go } from './address.js';
import { read } from './api.js';
import { h } from './dom.js';

const whole = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const short = /^[0-9a-f]{8}$/i;

export function findField() {
  return h('form', { class: 'find', role: 'search', 'aria-label': 'Find', onsubmit: submit },
    h('input', {
      name: 'find', type: 'search', maxlength: 255, autocomplete: 'off', spellcheck: 'false', 'aria-label': 'Find an id, a creator, words of a title or an error (/)',
      placeholder: 'Find: id, creator, words', title: 'Find (/)',
    }));
}

export function focusFind() {
  const field = document.querySelector('.find input');
  field?.focus();
  field?.select();
}

async function submit(event) {
  event.preventDefault();
  const field = event.target.elements.find;
  const text = field.value.trim();
  if (!text) return;
  field.blur();
  if (short.test(text)) return go('items', { shortId: text });
  if (!whole.test(text)) return go('items', { text });
  go('items', { id: text });
}

/** Where an id leads; null where nobody has it. */
export async function placeOf(id) {
  if (!whole.test(id)) return null;
  const found = await read('find', { id });
  if (found.itemId) return `#/item/${found.itemId}`;
  if (found.originalPostId) return addressOf('items', { originalPostId: found.originalPostId });
  return found.creatorId ? addressOf('items', { creatorId: found.creatorId }) : null;
}

/** The creators whose name begins so, beside what is found by words. */
export async function creatorsOf(text) {
  return text && text.length <= 100 ? (await read('creators', { name: text })).creators : [];
}
