'use strict';
// Plots of the console: the engine's figures live and of the last hours, and usage by day.
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
  // Marks show the reader's own time of day; the legend too.
  const clock = seconds => new Date(seconds * 1e3).toTimeString().slice(0, 8);
  const clockAxis = () => ({...axis(), space: 75, values: (u, marks) => marks.map(clock)});
  const date = seconds => new Date(seconds * 1e3).toISOString().slice(0, 10);
  const width = place => Math.max(200, place.clientWidth);
  const size = place => ({width: width(place), height: 220});
  // A place for a plot. A change of the colour scheme makes the plot anew, because uPlot reads its colours only then.
  const canvas = place => {
    let plot = null, described = null, shown = null;
    const draw = (options, data) => {
      [described, shown] = [options, data];
      plot?.destroy();
      plot = new uPlot({...size(place), ...options()}, data, place);
    };
    addEventListener('resize', () => plot?.setSize(size(place)));
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => plot && draw(described, shown));
    return {draw: draw, data: data => plot.setData(shown = data)};
  };
  const round = value => value == null ? '–' : value >= 100 ? value.toFixed(0) : value.toFixed(1);

  const read = (address, headers) => fetch(address, {headers: headers}).then(answer => {
    if (!answer.ok) throw new Error('The service answered ' + answer.status + '.', {cause: answer.status});
    return answer.json();
  });
  const said = place => place.previousElementSibling?.matches('.unread') ? place.previousElementSibling : null;
  const say = (place, failure) => {
    const text = 'The figures could not be read. ' + failure.message;
    if (said(place)?.textContent === text) return;
    said(place)?.remove();
    const words = document.createElement('p');
    words.className = 'refusal unread';
    words.setAttribute('role', 'alert');
    words.textContent = text;
    place.before(words);
  };

  // The engine's figures between two samples, for the chosen model or all: samples of the last hours, then one every two seconds.
  function engine(place) {
    const choice = document.getElementById('engine-model');
    const samples = [];
    let figures = []; // one for each sample but the first
    const chosen = model => !choice.value || model.id === choice.value;
    const line = ink => ({stroke: colour(ink), width: 1.5, points: {show: true, size: 3, stroke: colour(ink), fill: colour(ink)}});
    const plot = (id, series, top) => {
      const made = canvas(document.getElementById(id));
      made.draw(() => ({
        cursor: {y: false}, axes: [clockAxis(), axis()],
        series: [{value: (u, value) => value == null ? '–' : clock(value)}, ...series()],
        scales: {y: {range: (u, min, max) => [0, top ?? Math.max(1, max * 1.1)]}}
      }), [[], ...series().map(() => [])]);
      return made;
    };
    const lines = [['rate', 'tokens per second', 'ink-a'], ['step', 'milliseconds', 'ink-b'], ['batch', 'answers', 'ink-c'], ['roofline', 'percent', 'ink-d']]
      .map(([name, label, ink]) => [name, plot(name + '-plot', () => [{...line(ink), label: label, value: (u, value) => round(value)}])]);
    // shares of time, one upon the other: the highest sum is drawn first, and the others over it
    const classes = [['linear', 'ink-a'], ['convolution', 'ink-b'], ['attention', 'ink-e'], ['collectives', 'ink-c'], ['other', 'ink-d']];
    const profile = plot('profile-plot', () => classes.map(([name, ink], at) => ({
      ...line(ink), fill: colour(ink), label: name + ', percent', value: (u, value, index, i) => round(i == null ? null : figures[i]?.shares?.[at])
    })).reverse(), 100);
    const between = (earlier, later) => {
      const seconds = (Date.parse(later.at) - Date.parse(earlier.at)) / 1e3;
      // a model with fewer steps than before was loaded again meanwhile
      const pairs = later.models.filter(chosen)
        .map(model => [earlier.models.find(before => before.id === model.id), model])
        .filter(([before, model]) => before && model.steps >= before.steps);
      const grown = figure => pairs.reduce((sum, [before, model]) => sum + figure(model) - figure(before), 0);
      const more = name => grown(model => model[name]);
      const count = more('steps'), decoded = more('decoded_tokens');
      const times = classes.map(([name]) => grown(model => model.class_seconds[name] ?? 0));
      const time = times.reduce((sum, seconds) => sum + seconds, 0);
      const share = choice.value ? later.models.find(chosen)?.roofline : later.roofline;
      const rate = choice.value ? (pairs.length ? decoded / seconds : null) : (later.decoded_tokens - earlier.decoded_tokens) / seconds;
      return {rate: rate, steps: count / seconds, step: count ? 1e3 * more('busy_seconds') / count : null, batch: count ? decoded / count : null,
        roofline: share == null ? null : 100 * share, shares: time > 0 ? times.map(seconds => 100 * seconds / time) : null};
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
      figures = later.map((sample, i) => between(samples[i], sample));
      lines.forEach(([name, plot]) => plot.data([times, figures.map(it => it[name])]));
      const upTo = at => figures.map(it => it.shares?.slice(0, at + 1).reduce((sum, share) => sum + share, 0) ?? null);
      profile.data([times, ...classes.map((none, at) => upTo(at)).reverse()]);
      if (!figures.length) return;
      const now = figures.at(-1), models = samples.at(-1).models.filter(chosen);
      const put = (name, value) => document.getElementById('now-' + name).textContent = value;
      const sum = name => models.reduce((sum, model) => sum + model[name], 0);
      put('rate', round(now.rate));
      put('steps', round(now.steps));
      put('step', now.step == null ? '–' : round(now.step) + ' ms');
      put('batch', round(now.batch));
      put('roofline', now.roofline == null ? '–' : Math.round(now.roofline) + ' %');
      put('active', sum('active'));
      put('queued', sum('queued'));
    };
    const isNew = sample => !samples.length || Date.parse(sample.at) > Date.parse(samples.at(-1).at);
    const lost = document.getElementById('engine-lost');
    let live = null, last = 0;
    const listen = () => {
      last = performance.now();
      live = new EventSource(place.dataset.live);
      live.onmessage = event => {
        last = performance.now();
        const sample = JSON.parse(event.data);
        if (!isNew(sample)) return;
        add(sample);
        draw();
      };
      // the stream ends regularly, and the browser opens it again, but not after a refusal
      live.onerror = event => event.target.readyState === EventSource.CLOSED && setTimeout(load, 5000);
    };
    // what is missing, then what comes; the header says that no person asks for it
    const load = () => read(place.dataset.history, {'HX-Request': 'true'}).then(history => {
      said(place)?.remove();
      history.filter(isNew).forEach(add);
      draw();
      listen();
    }).catch(failure => {
      // the page itself shows what has become of the session or its rights
      if (live && [401, 403].includes(failure.cause)) return location.reload();
      say(place, failure);
      setTimeout(load, 5000);
    });
    load();
    choice.addEventListener('change', draw);
    setInterval(() => lost.hidden = !live || performance.now() - last < 10_000, 1000);
    addEventListener('pagehide', () => live?.close());
  }

  // Tokens of each day as stacked bars: of prompts and answers, or of the models or keys with the most tokens.
  function usage(place) {
    const choice = document.getElementById('usage-by');
    const day = 86400, first = Math.floor(Date.now() / 1e3 / day) * day - 29 * day;
    const days = Array.from({length: 30}, (none, i) => first + i * day);
    const inks = ['ink-a', 'ink-b', 'ink-c', 'ink-d', 'muted'];
    const bars = uPlot.paths.bars({size: [0.6, 60]});
    const plot = canvas(place);
    const group = label => ({label: label, tokens: days.map(() => 0)});
    const count = (group, date, tokens) => {
      const at = days.indexOf(Date.parse(date) / 1e3);
      if (at >= 0) group.tokens[at] += tokens;
    };
    const total = group => group.tokens.reduce((sum, tokens) => sum + tokens, 0);
    const draw = groups => {
      const sums = groups.map((none, i) => days.map((none, at) => groups.slice(0, i + 1).reduce((sum, group) => sum + group.tokens[at], 0)));
      const series = () => groups.map((group, i) => ({
        label: group.label, stroke: colour(inks[i]), fill: colour(inks[i]), paths: bars, points: {show: false},
        value: (u, value, index, at) => at == null ? '–' : group.tokens[at].toLocaleString('en')
      }));
      plot.draw(() => ({
        series: [{label: 'Day', value: (u, value) => value == null ? '–' : date(value)}, ...series().reverse()],
        axes: [{...axis(), splits: () => days.filter((none, at) => at % 7 === 0), values: (u, marks) => marks.map(mark => date(mark).slice(5))}, {...axis(), size: 70}],
        scales: {x: {range: () => [first - day / 2, first + 29.5 * day]}, y: {range: (u, min, max) => [0, Math.max(1, max * 1.1)]}}
      }), [days, ...sums.reverse()]); // the highest first: the others are drawn over it
    };
    const ofPromptsAndAnswers = () => {
      const answers = group('answers'), prompts = group('prompts');
      document.querySelectorAll('#by-day tbody tr').forEach(row => {
        const cells = [...row.children];
        count(prompts, cells[0].textContent, Number(cells[2].dataset.value));
        count(answers, cells[0].textContent, Number(cells[3].dataset.value));
      });
      draw([answers, prompts]);
    };
    const ofEach = by => read(place.dataset.usage + '?by=' + by).then(rows => {
      if (choice.value !== by) return;
      const groups = new Map();
      rows.forEach(row => {
        const name = by === 'key' ? row.key_prefix : row.model;
        if (!groups.has(name)) groups.set(name, group(name));
        count(groups.get(name), row.day, row.prompt_tokens + row.completion_tokens);
      });
      const most = [...groups.values()].sort((one, other) => total(other) - total(one));
      const rest = group('others');
      most.splice(inks.length - 1).forEach(other => other.tokens.forEach((tokens, at) => rest.tokens[at] += tokens));
      draw(total(rest) ? [...most, rest] : most);
    }).catch(failure => say(place, failure));
    choice.addEventListener('change', () => {
      said(place)?.remove();
      return choice.value ? ofEach(choice.value) : ofPromptsAndAnswers();
    });
    ofPromptsAndAnswers();
  }

  document.querySelectorAll('#engine-plots').forEach(engine);
  // the usage comes after the page
  document.addEventListener('htmx:load', event => event.detail.elt.querySelectorAll('#usage-plot').forEach(usage));
})();
