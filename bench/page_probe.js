// Put into the console's page before its own scripts: says when a card, a click or a local change really happened.
// All moments are milliseconds since 1970 on the machine's wall clock; the page's steady clock gives the fractions.
(() => {
  const steady = () => performance.timeOrigin + performance.now();
  // How far the wall clock is ahead of the steady one: it is read at the very change of its millisecond. Whatever
  // interrupts the reading makes it smaller, and so what is measured look quicker: the largest of three is right.
  const edge = () => {
    const first = Date.now();
    let now = first;
    while (now === first) now = Date.now();
    return now - steady();
  };
  const ahead = () => Math.max(edge(), edge(), edge());
  const twoFrames = (then) => requestAnimationFrame(() => requestAnimationFrame(() => then(steady())));

  // When the page got the frame that tells of a call: before its own code reads it.
  let told = 0;
  // When the page handed the answer command to the browser.
  let asked = 0;
  const Native = WebSocket;
  window.WebSocket = class extends Native {
    constructor(...given) {
      super(...given);
      this.addEventListener('message', (event) => {
        if (String(event.data).includes('"k":"call"')) told = steady();
      });
    }
    send(data) {
      if (String(data).includes('"call.answer"')) asked = steady();
      super.send(data);
    }
  };

  const seen = new Set();
  const cardsIn = (node) =>
    node instanceof Element
      ? [...(node.matches('article.card') ? [node] : []), ...node.querySelectorAll('article.card')]
      : [];
  const look = (card) => {
    const call = card.dataset.call;
    if (card.dataset.state !== 'offered' || seen.has(call)) return;
    seen.add(call);
    const added = steady();
    const heard = told;
    twoFrames((painted) => {
      const shift = ahead();
      const key = card.querySelector('button.go')?.getBoundingClientRect();
      const box = key && { x: key.x, y: key.y, width: key.width, height: key.height };
      window.__benchCard({ call, digits: card.textContent.replace(/\D/g, ' '), told: heard + shift, added: added + shift,
        painted: painted + shift, box });
    });
  };
  new MutationObserver((changes) => {
    for (const change of changes) {
      for (const node of change.addedNodes) cardsIn(node).forEach(look);
      for (const node of change.removedNodes) {
        for (const card of cardsIn(node)) window.__benchGone(card.dataset.call);
      }
    }
  }).observe(document, { childList: true, subtree: true });

  // The event's own stamp: when the browser took the click in, before any script of the page ran.
  document.addEventListener('click', (event) => {
    const card = event.target.closest?.('article.card');
    if (card === null || card === undefined) return;
    const taken = performance.timeOrigin + event.timeStamp;
    const call = card.dataset.call;
    setTimeout(() => {
      const shift = ahead();
      window.__benchClick({ call, taken: taken + shift, asked: asked + shift });
    }, 300);
  }, { capture: true });

  // The screen's own clock: from a change that the page makes itself to its second frame.
  window.__benchFrames = (afterMs) => new Promise((resolve) => {
    setTimeout(() => {
      const mark = document.createElement('i');
      mark.textContent = '\u00b7';
      mark.style.cssText = 'position:fixed;right:0;bottom:0;font-size:8px';
      const observer = new MutationObserver(() => {
        observer.disconnect();
        const added = steady();
        twoFrames((painted) => {
          mark.remove();
          resolve(painted - added);
        });
      });
      observer.observe(document.body, { childList: true });
      document.body.append(mark);
    }, afterMs);
  });
  window.__benchClock = () => steady() + ahead();
})();
