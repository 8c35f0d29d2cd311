/**
 * The program of the timelines, plain script text: draws the panels, moves one cursor over all of them, keeps their
 * window of time together, and explains the mark that is clicked. It reads only the JSON in the page and writes names
 * as text, never as HTML.
 */
export const TIMELINE_CLIENT = `
(function () {
  'use strict';
  var page = JSON.parse(document.getElementById('baton-timelines').textContent);
  var shared = JSON.parse(document.getElementById('baton-charts').textContent);
  var dark = window.matchMedia('screen and (prefers-color-scheme: dark)');
  var printing = false;
  function face() { return printing || !dark.matches ? 'light' : 'dark'; }
  function find(root, role) { return root.querySelector('[data-role="' + role + '"]'); }
  function element(tag, text, name) {
    var made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    if (name) made.className = name;
    return made;
  }
  function number(value) {
    var size = Math.abs(value);
    if (size >= 1e6) return (value / 1e6).toPrecision(3) + ' M';
    if (size >= 1000) return String(Math.round(value)).replace(/\\B(?=(\\d{3})+$)/g, ',');
    return String(Number(value.toPrecision(3)));
  }
  function withUnit(value, unit) {
    if (value === null || value === undefined) return '–';
    if (unit === 'share') return (value * 100).toFixed(value < 0.1 ? 1 : 0) + ' %';
    if (unit === 's') return value < 1 ? number(value * 1000) + ' ms' : number(value) + ' s';
    if (unit === 'per-second') return number(value) + '/s';
    if (unit === 'usd' || unit === 'usd-per-hour') return '$' + value.toFixed(2);
    if (unit === 'bytes') return number(value / 1073741824) + ' GiB';
    return number(value) + (unit === 'watts' ? ' W' : unit === 'millicores' ? ' m' : '');
  }
  function start(root) {
    var data = page.timelines[Number(root.dataset.timeline)];
    var shown = data.services.map(function (_, at) { return at < page.servicesShown; });
    var kinds = Array.prototype.slice.call(root.querySelectorAll('[data-kind]'));
    var without = {};
    kinds.forEach(function (button) { if (button.getAttribute('aria-pressed') === 'false') without[data.lanes[Number(button.dataset.kind)]] = true; });
    var state = { a: Number(find(root, 'policy').value), b: -1, mean: false, from: 0, to: data.until, cursor: null, chosen: null };
    var sought = '';
    var views = [];
    var windowed = [];
    var drawn = false;
    var panelsBox = root.querySelector('.panels');
    var line = root.querySelector('.cursor');
    var plots = Array.prototype.slice.call(root.querySelectorAll('[data-panel]'));
    var scrub = find(root, 'scrub');
    function clock(t) {
      var s = Math.round(t * data.secondsPerUnit);
      var two = function (n) { return (n < 10 ? '0' : '') + n; };
      var d = Math.floor(s / 86400);
      return (d > 0 ? d + ' d ' : '') + Math.floor((s % 86400) / 3600) + ':' + two(Math.floor((s % 3600) / 60)) + ':' + two(s % 60);
    }
    function chosenPolicies() { return state.b < 0 ? [state.a] : [state.a, state.b]; }
    function linesOf(policy) { return state.mean && policy.mean ? policy.mean : policy.first; }
    function visible(key) { return key.service === undefined || shown[data.services.indexOf(key.service)]; }
    function panelRows(at) {
      var rows = [];
      chosenPolicies().forEach(function (place, slot) {
        var lines = linesOf(data.policies[place]);
        data.panels[at].keys.forEach(function (key, k) {
          if (!visible(key)) return;
          var values = lines.values[at][k];
          for (var i = 0; i < values.length; i++) {
            var row = { t: lines.t[i], v: values[i], line: 2 * k + slot, colour: key.colour, thin: key.thin ? 1 : 0, slot: slot, low: values[i], high: values[i] };
            if (lines.low && slot === 0 && !key.thin) { row.low = lines.low[at][k][i]; row.high = lines.high[at][k][i]; }
            rows.push(row);
          }
        });
      });
      // Room above the highest line, and an axis also where nothing is above 0; a line of one point draws nothing.
      var most = rows.reduce(function (so, row) { return Math.max(so, row.high || 0); }, 0);
      var top = most > 0 ? 1.06 * most : 1;
      rows.push({ t: 0, v: top, line: -1, colour: 0, thin: 1, slot: 0, low: top, high: top });
      return rows;
    }
    function bandRows() { return state.mean ? [] : data.policies[state.a].bands; }
    function lanesShown() {
      var lanes = data.lanes.filter(function (lane) { return !without[lane]; });
      return lanes.length === 0 ? ['happenings'] : lanes;
    }
    function marks() { return allMarks().filter(function (one) { return !without[one.lane] && (sought === '' || textOf(one).indexOf(sought) >= 0); }); }
    function textOf(one) { return (one.about + ' ' + one.title + ' ' + one.lane + ' ' + (one.record.what || '') + ' ' + (one.record.why || '')).toLowerCase(); }
    function allMarks() {
      if (state.mean) return [];
      var all = [];
      chosenPolicies().forEach(function (place, slot) {
        var policy = data.policies[place];
        policy.decisions.forEach(function (one, at) {
          var service = data.services.indexOf(one.about);
          if (service >= 0 && !shown[service]) return;
          all.push({ t: one.t, lane: one.by, slot: slot, colour: service >= 0 ? service % 8 : 6, shape: one.limitedBy ? 'limited' : 'plain', title: one.what, about: one.about, policy: one.policy, key: place + '/d/' + at, chosen: false, record: one });
        });
        policy.happenings.forEach(function (one, at) {
          all.push({ t: one.t, lane: 'happenings', slot: slot, colour: one.tone === 'good' ? 2 : one.tone === 'bad' ? 1 : 6, shape: 'happening', title: one.kind, about: one.about, policy: policy.name, key: place + '/h/' + at, chosen: false, record: one });
        });
      });
      all.forEach(function (one) { one.chosen = state.chosen === one.key; });
      return all.sort(function (x, y) { return x.t - y.t; });
    }
    function overviewRows() {
      var lines = linesOf(data.policies[state.a]);
      var at = 0;
      return lines.t.map(function (t, i) {
        var sum = 0;
        (lines.values[at] || []).forEach(function (values, k) { if (visible(data.panels[at].keys[k])) sum += values[i] || 0; });
        return { t: t, v: sum };
      });
    }
    function make(spec, box, rows) {
      var copy = JSON.parse(JSON.stringify(shared.specs[spec]));
      copy.data.forEach(function (one) {
        if (one.name === 'rows') one.values = rows;
        if (one.name === 'bands') one.values = bandRows();
      });
      box.textContent = '';
      var view = new vega.View(vega.parse(copy, shared.themes[face()]), { renderer: 'canvas', container: box, hover: false, logLevel: vega.Warn });
      view.signal('from', state.from).signal('to', state.to);
      return view;
    }
    var tip = element('div', undefined, 'tip');
    tip.hidden = true;
    document.body.appendChild(tip);
    function showTip(_, event, item, value) {
      tip.textContent = '';
      tip.hidden = !value;
      if (!value) return;
      Object.keys(value).forEach(function (key, at) {
        tip.appendChild(element(at === 0 ? 'b' : 'div', at === 0 ? value[key] : key + ': ' + value[key]));
      });
      tip.style.left = Math.max(4, Math.min(window.innerWidth - 270, event.clientX + 14)) + 'px';
      tip.style.top = Math.min(window.innerHeight - 80, event.clientY + 14) + 'px';
    }
    function draw() {
      drawn = true;
      views.forEach(function (view) { view.finalize(); });
      views = [];
      windowed = [];
      plots.forEach(function (box, at) {
        var view = make(data.panels[at].spec, box, panelRows(at));
        view.run();
        views.push(view);
        windowed.push(view);
      });
      var lanes = make(data.laneSpec, find(root, 'lanes'), marks());
      lanes.signal('lanes', lanesShown());
      lanes.tooltip(showTip);
      lanes.addEventListener('click', function (_, item) { if (item && item.datum && item.datum.key) choose(item.datum.key); });
      lanes.run();
      views.push(lanes);
      windowed.push(lanes);
      var whole = make(data.overviewSpec, find(root, 'overview'), overviewRows());
      whole.signal('from', 0).signal('to', data.until);
      whole.addSignalListener('window_t', function (_, span) {
        var wide = span && span[1] - span[0] > data.until / 500;
        setWindow(wide ? Math.max(0, span[0]) : 0, wide ? Math.min(data.until, span[1]) : data.until);
      });
      whole.run();
      views.push(whole);
      readout();
      counts();
      list();
    }
    function setWindow(from, to) {
      if (from === state.from && to === state.to) return;
      state.from = from;
      state.to = to;
      windowed.forEach(function (view) { view.signal('from', from).signal('to', to).runAsync(); });
      placeCursor();
      list();
    }
    function nearest(times, t) {
      var low = 0;
      var high = times.length - 1;
      while (low < high) {
        var middle = (low + high) >> 1;
        if (times[middle] < t) low = middle + 1; else high = middle;
      }
      return low > 0 && t - times[low - 1] < times[low] - t ? low - 1 : low;
    }
    function counts() {
      var all = allMarks();
      kinds.forEach(function (button) {
        var at = Number(button.dataset.kind);
        var count = all.filter(function (one) { return one.lane === data.lanes[at]; }).length;
        button.querySelector('[data-count]').textContent = state.mean ? '' : String(count);
      });
    }
    function readout() {
      data.panels.forEach(function (panel, at) {
        var box = root.querySelector('[data-readout="' + at + '"]');
        box.textContent = '';
        panel.keys.forEach(function (key, k) {
          if (!visible(key) || (key.label === '' && state.cursor === null)) return;
          var entry = element('span', undefined, key.thin ? 'entry thin' : 'entry');
          var swatch = element('i');
          swatch.style.setProperty('--c', 'var(--p' + key.colour + ')');
          entry.appendChild(swatch);
          entry.appendChild(document.createTextNode(key.label));
          if (state.cursor !== null)
            chosenPolicies().forEach(function (place, slot) {
              var lines = linesOf(data.policies[place]);
              entry.appendChild(document.createTextNode(slot === 1 ? ' | ' : ' '));
              entry.appendChild(element('b', withUnit(lines.values[at][k][nearest(lines.t, state.cursor)], panel.unit)));
            });
          box.appendChild(entry);
        });
      });
      find(root, 'clock').textContent = state.cursor === null ? '' : clock(state.cursor);
      find(root, 'marks-note').textContent = state.mean ? 'shown for a single seed only' : data.policies[state.a].leftOut > 0 ? data.policies[state.a].leftOut + ' more are not in this page' : '';
    }
    function placeCursor() {
      var outside = state.cursor === null || state.cursor < state.from || state.cursor > state.to;
      line.hidden = outside;
      if (outside || views.length === 0) return;
      var view = views[0];
      var box = plots[0].getBoundingClientRect();
      line.style.left = box.left - panelsBox.getBoundingClientRect().left + view.origin()[0] + view.scale('x')(state.cursor) + 'px';
    }
    var waiting = false;
    function setCursor(t, fromSlider) {
      state.cursor = t === null ? null : Math.max(0, Math.min(data.until, t));
      if (!fromSlider && state.cursor !== null) scrub.value = String(Math.round((1000 * state.cursor) / data.until));
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(function () { waiting = false; placeCursor(); readout(); });
    }
    panelsBox.addEventListener('pointermove', function (event) {
      var plot = event.target.closest('.plot');
      if (!plot || plot.dataset.role === 'overview' || views.length === 0) return;
      var view = views[0];
      var x = event.clientX - plot.getBoundingClientRect().left - view.origin()[0];
      if (x >= 0 && x <= view.width()) setCursor(view.scale('x').invert(x));
    });
    scrub.addEventListener('input', function () { setCursor((Number(scrub.value) / 1000) * data.until, true); });
    function choose(key) {
      state.chosen = key;
      var all = marks();
      var mark = all.find(function (one) { return one.key === key; });
      var box = find(root, 'why');
      box.textContent = '';
      if (!mark) return;
      var record = mark.record;
      var isDecision = record.by !== undefined;
      box.appendChild(element('p', clock(mark.t) + ' · ' + (isDecision ? record.by : record.kind), 'when'));
      box.appendChild(element('h4', record.about + ': ' + record.what.replace(/->/g, '→')));
      if (isDecision) {
        var cut = record.why.indexOf(': ');
        var split = cut > 0 && record.why.indexOf('=', cut) > 0;
        var parts = split ? [['Observed', record.why.slice(0, cut)], ['Formula', record.why.slice(cut + 2)]] : [['Why', record.why]];
        parts.push(['Limited by', record.limitedBy || 'nothing'], ['Policy', record.policy]);
        var dl = element('dl');
        parts.forEach(function (part) {
          dl.appendChild(element('dt', part[0]));
          dl.appendChild(element('dd', part[1], part[0] === 'Formula' ? 'formula' : part[0] === 'Limited by' && record.limitedBy ? 'limit' : ''));
        });
        box.appendChild(dl);
      }
      if (mark.t < state.from || mark.t > state.to) {
        var half = (state.to - state.from) / 2;
        setWindow(Math.max(0, mark.t - half), Math.min(data.until, mark.t + half));
      }
      refreshMarks();
      setCursor(mark.t);
      list();
    }
    function refreshMarks() {
      var lanes = views[data.panels.length];
      if (lanes) lanes.change('rows', vega.changeset().remove(function () { return true; }).insert(marks())).runAsync();
    }
    function list() {
      var box = find(root, 'list');
      var scrolled = box.scrollTop;
      box.textContent = '';
      var inside = marks().filter(function (one) { return one.t >= state.from && one.t <= state.to; });
      var at = inside.findIndex(function (one) { return one.key === state.chosen; });
      var first = Math.max(0, Math.min(at - 15, inside.length - 60));
      inside.slice(first, first + 60).forEach(function (one) {
        var item = element('li');
        var button = element('button');
        button.type = 'button';
        button.appendChild(element('span', clock(one.t), 'faint'));
        button.appendChild(document.createTextNode(' ' + one.about + ' '));
        button.appendChild(element('b', (one.record.by !== undefined ? one.record.what.replace(/->/g, '→') : one.title.replace(/-/g, ' '))));
        button.setAttribute('aria-pressed', String(one.key === state.chosen));
        button.addEventListener('click', function () { choose(one.key); });
        item.appendChild(button);
        box.appendChild(item);
        if (one.key === state.chosen) scrolled = Math.max(0, item.offsetTop - box.clientHeight / 2);
      });
      if (inside.length === 0) box.appendChild(element('li', state.mean ? 'Decisions belong to a single run: choose a seed' : 'None of the chosen kinds in this window', 'faint'));
      if (inside.length > 60) box.appendChild(element('li', inside.length + ' in all; narrow the window to see others', 'faint'));
      box.scrollTop = scrolled;
    }
    function step(by) {
      var inside = marks();
      if (inside.length === 0) return;
      var at = inside.findIndex(function (one) { return one.key === state.chosen; });
      if (at < 0) at = by > 0 ? inside.findIndex(function (one) { return one.t >= state.from; }) - 1 : inside.length;
      var next = inside[Math.max(0, Math.min(inside.length - 1, at + by))];
      choose(next.key);
    }
    find(root, 'search').addEventListener('input', function (event) { sought = event.target.value.trim().toLowerCase(); refreshMarks(); list(); });
    find(root, 'previous').addEventListener('click', function () { step(-1); });
    find(root, 'next').addEventListener('click', function () { step(1); });
    find(root, 'policy').addEventListener('change', function (event) { state.a = Number(event.target.value); state.chosen = null; if (state.b === state.a) { state.b = -1; find(root, 'beside').value = ''; } draw(); });
    var beside = find(root, 'beside');
    if (beside) beside.addEventListener('change', function () { state.b = beside.value === '' || Number(beside.value) === state.a ? -1 : Number(beside.value); root.classList.toggle('two', state.b >= 0); draw(); });
    var runs = find(root, 'runs');
    if (runs) runs.addEventListener('change', function () { state.mean = runs.value === 'mean'; draw(); });
    root.querySelectorAll('[data-service]').forEach(function (button) {
      button.addEventListener('click', function () {
        var at = Number(button.dataset.service);
        shown[at] = !shown[at];
        button.setAttribute('aria-pressed', String(shown[at]));
        draw();
      });
    });
    kinds.forEach(function (button) {
      button.addEventListener('click', function () {
        var lane = data.lanes[Number(button.dataset.kind)];
        without[lane] = !without[lane];
        button.setAttribute('aria-pressed', String(!without[lane]));
        var view = views[data.panels.length];
        if (view) view.signal('lanes', lanesShown());
        refreshMarks();
        list();
      });
    });
    new IntersectionObserver(function (seen, observer) {
      if (!seen.some(function (one) { return one.isIntersecting; })) return;
      observer.disconnect();
      if (!drawn) draw();
    }, { rootMargin: '400px' }).observe(root);
    dark.addEventListener('change', function () { if (drawn) draw(); });
    window.addEventListener('resize', function () { requestAnimationFrame(placeCursor); });
    window.addEventListener('beforeprint', function () { printing = true; draw(); });
    window.addEventListener('afterprint', function () { printing = false; draw(); });
    window.matchMedia('print').addEventListener('change', function () { if (!drawn) draw(); });
  }
  document.querySelectorAll('[data-timeline]').forEach(start);
})();
`.trim();
