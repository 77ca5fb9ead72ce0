'use strict';
// Plots of the console: the engine's rate live, and usage by day.
(() => {
  // Colours of the theme, as the browser computes them.
  const colour = name => {
    const probe = document.createElement('span');
    probe.className = name;
    document.body.append(probe);
    const seen = getComputedStyle(probe).color;
    probe.remove();
    return seen;
  };
  const axis = () => ({stroke: colour('muted'), grid: {stroke: colour('ink-line'), width: 1}, ticks: {stroke: colour('ink-line'), width: 1}});
  const width = place => Math.max(200, place.clientWidth);
  const resized = (place, plot) => addEventListener('resize', () => plot.setSize({width: width(place), height: 220}));
  const round = value => value == null ? '–' : value >= 100 ? value.toFixed(0) : value.toFixed(1);

  function engine(place) {
    const times = [], rates = [];
    let before = null;
    const line = colour('ink-a');
    const plot = new uPlot({
      width: width(place), height: 220, cursor: {y: false},
      series: [{}, {label: 'tokens per second', stroke: line, width: 1.5, value: (u, value) => round(value)}],
      axes: [axis(), axis()], scales: {y: {range: (u, min, max) => [0, Math.max(1, max * 1.1)]}}
    }, [times, rates], place);
    resized(place, plot);
    const add = sample => {
      const at = Date.parse(sample.at) / 1e3;
      if (before && at > before.at) {
        times.push(at);
        rates.push((sample.decoded_tokens - before.decoded) / (at - before.at));
        if (times.length > 3000) { times.shift(); rates.shift(); }
      }
      const last = before;
      before = {at: at, decoded: sample.decoded_tokens, steps: sample.steps};
      return last;
    };
    const show = (sample, last) => {
      const seconds = before.at - last.at;
      const steps = before.steps - last.steps;
      document.getElementById('now-rate').textContent = round((before.decoded - last.decoded) / seconds);
      document.getElementById('now-steps').textContent = round(steps / seconds);
      document.getElementById('now-batch').textContent = steps > 0 ? round((before.decoded - last.decoded) / steps) : '–';
      document.getElementById('now-active').textContent = sample.active;
      document.getElementById('now-queued').textContent = sample.queued;
    };
    fetch(place.dataset.history).then(answer => answer.json()).then(history => {
      history.data.forEach(add);
      plot.setData([times, rates]);
      const live = new EventSource(place.dataset.live);
      live.onmessage = event => {
        const sample = JSON.parse(event.data);
        const last = add(sample);
        if (last) show(sample, last);
        plot.setData([times, rates]);
      };
      addEventListener('pagehide', () => live.close());
    });
  }

  function usage(place) {
    const rows = [...document.querySelectorAll('#' + place.dataset.table + ' tbody tr')].map(row => [...row.children].map(cell => cell.dataset.value ?? cell.textContent));
    if (!rows.length) return;
    const bars = uPlot.paths.bars({size: [0.6, 60]});
    const day = 86400, today = Math.floor(Date.now() / 1e3 / day) * day;
    const plot = new uPlot({
      width: width(place), height: 220,
      series: [{value: (u, value) => value == null ? '–' : new Date(value * 1e3).toISOString().slice(0, 10)},
        {label: 'tokens of prompts and answers', stroke: colour('ink-a'), fill: colour('ink-a'), paths: bars, points: {show: false}, value: (u, value) => value == null ? '–' : value.toLocaleString('en')},
        {label: 'of answers', stroke: colour('ink-b'), fill: colour('ink-b'), paths: bars, points: {show: false}, value: (u, value) => value == null ? '–' : value.toLocaleString('en')}],
      axes: [axis(), {...axis(), size: 70}],
      scales: {x: {range: () => [today - 29.5 * day, today + day / 2]}, y: {range: (u, min, max) => [0, Math.max(1, max * 1.1)]}}
    }, [rows.map(row => Date.parse(row[0]) / 1e3), rows.map(row => Number(row[2]) + Number(row[3])), rows.map(row => Number(row[3]))], place);
    resized(place, plot);
  }

  document.querySelectorAll('#engine-plot').forEach(engine);
  document.querySelectorAll('.usage-plot').forEach(usage);
})();
