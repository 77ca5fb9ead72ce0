'use strict';
// A part of a page that is replaced keeps its sideways scroll and its open details. One whose request fails shows the reason instead of its contents. A list of models keeps its options: the reason is before it, until the next request.
// After a failure that may pass (no connection, no database, too many requests) a part gets the event retry: those that aren't requested regularly anyway have it among their triggers.
(() => {
  const say = (part, text) => {
    const words = document.createElement('p');
    words.className = 'refusal';
    words.setAttribute('role', 'alert');
    words.textContent = text;
    if (part.matches('select')) part.before(words); else part.replaceChildren(words);
  };

  let scrolled = [], opened = [];
  document.addEventListener('htmx:beforeSwap', event => {
    scrolled = [...event.detail.target.querySelectorAll('.scroll[id]')].map(box => [box.id, box.scrollLeft]);
    opened = [...event.detail.target.querySelectorAll('details[id][open]')].map(details => details.id);
  });
  document.addEventListener('htmx:afterSwap', () => {
    for (const [id, left] of scrolled) document.getElementById(id)?.scrollTo({left: left, behavior: 'instant'});
    for (const id of opened) document.getElementById(id)?.setAttribute('open', '');
    scrolled = [];
    opened = [];
  });

  document.addEventListener('htmx:beforeRequest', event => {
    const part = event.detail.target, before = part.previousElementSibling;
    if (part.matches('select') && before?.matches('.refusal')) before.remove();
  });
  document.addEventListener('htmx:afterRequest', event => {
    const {elt: part, xhr, successful} = event.detail;
    const passes = xhr.status === 0 || xhr.status === 429 || xhr.status >= 500;
    if (!successful && passes) htmx.trigger(part, 'retry');
  });
  document.addEventListener('htmx:sendError', event => say(event.detail.target, 'No connection to the service.'));
  document.addEventListener('htmx:beforeSwap', event => {
    const answer = event.detail;
    if (!answer.isError) return;
    if (!answer.xhr.getResponseHeader('HX-Reswap')) {
      // not a part of a page, but for example a proxy's error page
      answer.shouldSwap = false;
      say(answer.target, 'The service answered ' + answer.xhr.status + '.');
    } else if (answer.target.matches('select')) {
      answer.swapOverride = 'beforebegin';
    }
  });
})();
