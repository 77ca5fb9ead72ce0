'use strict';
// A part of a page whose request did not reach the service says so.
document.addEventListener('htmx:sendError', event => {
  const words = document.createElement('p');
  words.className = 'refusal';
  words.setAttribute('role', 'alert');
  words.textContent = 'No connection to the service.';
  event.detail.target.replaceChildren(words);
});
