// Buttons that change something, or give all that match away, are dead while what is on the screen is not what they would mean:
// while a view loads, is lost, or its form says something else. A button names itself by data-acts, and by data-stale where its
// view says so.

const reasons = new Set();

/** reason: any name; is: whether it holds now. */
export function dead(reason, is) {
  if (is) reasons.add(reason);
  else reasons.delete(reason);
  applyDead();
}

export const isDead = () => reasons.size > 0;

/** To be called whenever the view was painted. */
export function applyDead() {
  for (const button of document.querySelectorAll('main [data-acts]')) button.disabled = isDead() || button.hasAttribute('data-stale');
}
