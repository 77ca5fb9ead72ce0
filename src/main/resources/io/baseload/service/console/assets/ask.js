'use strict';
// A button that can't be taken back asks first.
document.addEventListener('click', event => {
  const words = event.target.closest('[data-ask]')?.dataset.ask;
  if (words && !confirm(words)) event.preventDefault();
});
