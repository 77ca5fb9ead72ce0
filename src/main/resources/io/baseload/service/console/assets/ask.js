'use strict';
// A button whose action can't be undone asks first.
document.addEventListener('click', event => {
  const words = event.target.closest('[data-ask]')?.dataset.ask;
  if (words && !confirm(words)) event.preventDefault();
});
