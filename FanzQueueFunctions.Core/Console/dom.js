// Makes elements, and brings what is on the page up to date with them. Text enters as text alone: whatever a title, a
// caption or an error says, none of it becomes markup.

const handlers = ['onclick', 'onchange', 'oninput', 'onsubmit', 'onkeydown', 'ontoggle'];
// Marks that turn the direction of text, and of all that follows where one is not closed: shown as what they are, a trap.
const turns = /[\u202a-\u202e\u2066-\u2069]/g;
const svg = new Set(['svg', 'path', 'circle', 'rect']);

/**
 * An element. Attributes that are null, undefined or false are left out; handlers are properties, as in onclick. So are children, and
 * empty text: where an element comes in its place later, those behind it would be made anew.
 */
export function h(tag, attributes, ...children) {
  const element = svg.has(tag)
    ? document.createElementNS('http://www.w3.org/2000/svg', tag)
    : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (handlers.includes(name)) element[name] = value;
    else if (value === true) element.setAttribute(name, '');
    else if (value !== null && value !== undefined && value !== false)
      element.setAttribute(name, name === 'title' ? value.replace(turns, '\ufffd') : value);
  }
  for (const child of children.flat(Infinity))
    if (child !== null && child !== undefined && child !== false && child !== '')
      element.append(child instanceof Node ? child : String(child).replace(turns, '\ufffd'));
  return element;
}

/**
 * Makes the children of an element those of another, keeping every element that stays what it is, so that a refresh takes
 * away neither focus nor selection nor what was unfolded. Rows are told apart by data-key; what is inside data-keep is
 * left alone.
 */
export function morph(parent, next) {
  const keyed = new Map([...parent.children].filter((c) => c.dataset?.key).map((c) => [c.dataset.key, c]));
  let place = parent.firstChild;
  for (const child of [...next.childNodes]) {
    const key = child.dataset?.key;
    const match = key ? keyed.get(key) : place?.dataset?.key ? null : place;
    if (!match || match.nodeName !== child.nodeName) {
      parent.insertBefore(child, place);
      continue;
    }
    if (match === place) place = place.nextSibling;
    else parent.insertBefore(match, place);
    update(match, child);
  }
  while (place) {
    const rest = place.nextSibling;
    place.remove();
    place = rest;
  }
}

function update(element, next) {
  if (element.nodeType !== Node.ELEMENT_NODE) {
    if (element.data !== next.data) element.data = next.data;
    return;
  }
  if (element.hasAttribute('data-keep')) return;
  // What the operator has typed or chosen stays, unless the page now says otherwise than it did.
  const isOther = ['value', 'data-value'].some((name) => element.getAttribute(name) !== next.getAttribute(name));
  for (const { name } of [...element.attributes])
    if (!next.hasAttribute(name) && !(name === 'open' && element.nodeName === 'DETAILS')) element.removeAttribute(name);
  for (const { name, value } of next.attributes)
    if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  for (const name of handlers) element[name] = next[name];
  if (element.nodeName === 'INPUT') {
    element.checked = next.checked;
    if (isOther && element.type !== 'checkbox') element.value = next.value;
    return;
  }
  morph(element, next);
  if (element.nodeName === 'SELECT' && isOther) element.value = next.value;
}
