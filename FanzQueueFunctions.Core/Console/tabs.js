// What the tabs of one page tell one another, over a channel of this origin and address: a new one asks for the key, one that is in
// answers, and whoever leaves makes all leave. Nothing of it is kept anywhere. A tab that another site opened asks nobody: who
// placed it before the operator could place a click in it, too; so it is the app that says how the page was opened.
import { newKey } from './dialog.js';

const patience = 150;
const isOpenedHere = document.documentElement.dataset.opened === 'here';
const channel = new BroadcastChannel(`fanz-queue ${location.pathname}`);

let asked = null;
let answered = () => {};

/** give(): what a new tab gets, null for nothing; take(it): what was given, gives whether it is taken; leave(): all are to leave. */
export function hearTabs({ give, take, leave }) {
  channel.onmessage = ({ data }) => {
    if (data.leave) {
      stopAsking();
      leave();
    } else if (data.ask) {
      const given = give();
      if (given) channel.postMessage({ answer: data.ask, given });
    } else if (data.answer === asked && asked !== null) {
      if (!take(data.given)) return;
      stopAsking();
    }
  };
}

/** Asks, and waits a moment for the first answer; one that comes later is taken all the same, until one stops asking. */
export async function askTabs() {
  if (!isOpenedHere) return;
  asked = newKey();
  channel.postMessage({ ask: asked });
  await new Promise((done) => {
    answered = done;
    setTimeout(done, patience);
  });
}

export function stopAsking() {
  asked = null;
  answered();
}

export const tellToLeave = () => channel.postMessage({ leave: true });
