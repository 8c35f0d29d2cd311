/**
 * The page's program, plain script text: draws each chart when it comes near the screen, all of them before printing
 * (in light colours), again when the reader's system changes between light and dark; and lets the legend bring one
 * policy forward. It reads only the JSON in the page and writes names as text, never as HTML.
 */
export const CLIENT = `
(function () {
  'use strict';
  var page = JSON.parse(document.getElementById('baton-charts').textContent);
  var dark = window.matchMedia('screen and (prefers-color-scheme: dark)');
  var paper = window.matchMedia('print');
  var printing = false;
  var views = new Map();
  var focus = '';
  function rowsOf(data) {
    var columns = data.columns.map(function (column) {
      return column.words ? column.at.map(function (at) { return column.words[at]; }) : column;
    });
    return columns[0].map(function (_, at) {
      var row = { i: at };
      data.fields.forEach(function (field, column) { row[field] = columns[column][at]; });
      return row;
    });
  }
  var tip = document.createElement('div');
  tip.className = 'tip';
  tip.hidden = true;
  document.body.appendChild(tip);
  function showTip(_, event, item, value) {
    tip.textContent = '';
    tip.hidden = value === null || value === undefined || value === '';
    if (tip.hidden) return;
    Object.keys(value).forEach(function (key, at) {
      var line = document.createElement(at === 0 ? 'b' : 'div');
      line.textContent = at === 0 ? value[key] : key + ': ' + value[key];
      tip.appendChild(line);
    });
    var box = tip.getBoundingClientRect();
    tip.style.left = Math.max(4, Math.min(window.innerWidth - box.width - 8, event.clientX + 14)) + 'px';
    tip.style.top = Math.max(4, Math.min(window.innerHeight - box.height - 8, event.clientY + 14)) + 'px';
  }
  function face() { return printing || paper.matches || !dark.matches ? 'light' : 'dark'; }
  function draw(element) {
    var chart = page.charts[Number(element.dataset.chart)];
    var known = views.get(element);
    if (known && known.face === face()) return;
    if (known) known.view.finalize();
    element.textContent = '';
    var spec = JSON.parse(JSON.stringify(page.specs[chart.spec]));
    spec.data.forEach(function (one) { if (one.name === 'rows') one.values = rowsOf(chart.data); });
    var view = new vega.View(vega.parse(spec, page.themes[face()]), { renderer: chart.renderer, container: element, hover: false, logLevel: vega.Warn });
    view.tooltip(showTip);
    if (chart.focus && focus !== '') view.signal('focus', focus);
    view.run();
    views.set(element, { view: view, face: face() });
  }
  var elements = Array.prototype.slice.call(document.querySelectorAll('[data-chart]'));
  var near = new IntersectionObserver(function (seen) {
    seen.forEach(function (one) { if (one.isIntersecting) draw(one.target); });
  }, { rootMargin: '500px' });
  elements.forEach(function (element) { near.observe(element); });
  function redraw() { views.forEach(function (_, element) { draw(element); }); }
  function drawAll() { elements.forEach(draw); }
  dark.addEventListener('change', redraw);
  paper.addEventListener('change', function () { if (paper.matches) drawAll(); else redraw(); });
  window.addEventListener('beforeprint', function () { printing = true; drawAll(); });
  window.addEventListener('afterprint', function () { printing = false; redraw(); });
  document.addEventListener('click', function (event) {
    var button = event.target.closest && event.target.closest('.legend button');
    if (!button) return;
    var name = page.policies[Number(button.dataset.policy)];
    focus = focus === name ? '' : name;
    document.querySelectorAll('.legend').forEach(function (legend) {
      legend.classList.toggle('dim', focus !== '');
      legend.querySelectorAll('button').forEach(function (one) {
        one.setAttribute('aria-pressed', String(page.policies[Number(one.dataset.policy)] === focus));
      });
    });
    views.forEach(function (known, element) {
      if (page.charts[Number(element.dataset.chart)].focus) known.view.signal('focus', focus).run();
    });
  });
})();
`.trim();
