'use strict';
// Plots of the console: the engine's rate and step time live, and usage by day.
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

  // The engine's figures between two samples, for the chosen model or all: samples of the last hours, then one every two seconds.
  function engine(place) {
    const choice = document.getElementById('engine-model');
    const samples = [];
    const chosen = model => !choice.value || model.id === choice.value;
    const plot = (id, label, ink) => {
      const parent = document.getElementById(id), line = colour(ink);
      const made = new uPlot({
        width: width(parent), height: 220, cursor: {y: false},
        series: [{}, {label: label, stroke: line, width: 1.5, points: {show: true, size: 3, stroke: line, fill: line}, value: (u, value) => round(value)}],
        axes: [axis(), axis()], scales: {y: {range: (u, min, max) => [0, Math.max(1, max * 1.1)]}}
      }, [[], []], parent);
      resized(parent, made);
      return made;
    };
    const rates = plot('rate-plot', 'tokens per second', 'ink-a');
    const steps = plot('step-plot', 'milliseconds', 'ink-b');
    const between = (earlier, later) => {
      const seconds = (Date.parse(later.at) - Date.parse(earlier.at)) / 1e3;
      // a model with fewer steps than before was loaded again meanwhile
      const pairs = later.models.filter(chosen)
        .map(model => [earlier.models.find(before => before.id === model.id), model])
        .filter(([before, model]) => before && model.steps >= before.steps);
      const more = name => pairs.reduce((sum, [before, model]) => sum + model[name] - before[name], 0);
      const count = more('steps'), decoded = more('decoded_tokens');
      const rate = choice.value ? (pairs.length ? decoded / seconds : null) : (later.decoded_tokens - earlier.decoded_tokens) / seconds;
      return {rate: rate, steps: count / seconds, step: count ? 1e3 * more('busy_seconds') / count : null, batch: count ? decoded / count : null};
    };
    const add = sample => {
      samples.push(sample);
      if (samples.length > 3000) samples.shift();
      sample.models.filter(model => ![...choice.options].some(option => option.value === model.id))
        .forEach(model => choice.add(new Option(model.id, model.id)));
    };
    const draw = () => {
      const later = samples.slice(1);
      const times = later.map(sample => Date.parse(sample.at) / 1e3);
      const figures = later.map((sample, i) => between(samples[i], sample));
      rates.setData([times, figures.map(it => it.rate)]);
      steps.setData([times, figures.map(it => it.step)]);
      if (!figures.length) return;
      const now = figures.at(-1), sample = samples.at(-1), models = sample.models.filter(chosen);
      const put = (name, value) => document.getElementById('now-' + name).textContent = value;
      const sum = name => models.reduce((sum, model) => sum + model[name], 0);
      const share = choice.value ? models[0]?.roofline : sample.roofline;
      put('rate', round(now.rate));
      put('steps', round(now.steps));
      put('step', now.step == null ? '–' : round(now.step) + ' ms');
      put('batch', round(now.batch));
      put('roofline', share == null ? '–' : Math.round(100 * share) + ' %');
      put('active', sum('active'));
      put('queued', sum('queued'));
    };
    fetch(place.dataset.history).then(answer => answer.json()).then(history => {
      history.data.forEach(add);
      draw();
      choice.addEventListener('change', draw);
      const live = new EventSource(place.dataset.live);
      live.onmessage = event => {
        const sample = JSON.parse(event.data);
        if (samples.length && Date.parse(sample.at) <= Date.parse(samples.at(-1).at)) return;
        add(sample);
        draw();
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

  document.querySelectorAll('#engine-plots').forEach(engine);
  document.querySelectorAll('.usage-plot').forEach(usage);
})();
