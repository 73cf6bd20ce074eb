// Keeps the page of the observer fresh: the numbers as the server wrote them, and the plots.
import uPlot from '/status/uplot.js';

const everyMs = 2_000;
const main = document.querySelector('main');
const connection = document.querySelector('#connection');
const dark = window.matchMedia('(prefers-color-scheme: dark)');

/** Told apart also by who sees few colours (Okabe and Ito), lighter on dark. */
const colours = () =>
  dark.matches
    ? ['#56b4e9', '#e69f00', '#2bd4a4', '#f0a3cf']
    : ['#0072b2', '#b35c00', '#007a5a', '#a3347a'];

const plots = [
  { id: 'plot-throughput', series: 'throughputPerSecond' },
  { id: 'plot-waiting', series: 'waitingEvents' },
  { id: 'plot-oldest', series: 'oldestWaitingSeconds' },
  { id: 'plot-response', series: 'responseSeconds' },
];
const drawn = new Map();

/** In UTC, like the rest of the page. */
const timeOfDay = (seconds) => new Date(seconds * 1000).toISOString().slice(11, 19);

const short = (value) =>
  value >= 1e6 ? `${value / 1e6}M` : value >= 1e4 ? `${value / 1e3}k` : String(value);

const optionsOf = (element, services) => {
  const style = getComputedStyle(document.body);
  const axis = {
    stroke: style.color,
    grid: { stroke: style.getPropertyValue('--line'), width: 1 },
    ticks: { stroke: style.getPropertyValue('--line'), width: 1 },
    font: '12px system-ui, sans-serif',
  };
  return {
    width: element.clientWidth,
    height: 150,
    legend: { live: false },
    cursor: { drag: { x: false, y: false } },
    scales: { y: { range: (_plot, _least, most) => [0, most > 0 ? most * 1.1 : 1] } },
    axes: [
      { ...axis, values: (_plot, ticks) => ticks.map(timeOfDay) },
      { ...axis, size: 56, values: (_plot, ticks) => ticks.map(short) },
    ],
    series: [
      {},
      ...services.map((service, index) => ({
        label: service,
        stroke: colours()[index % 4],
        width: 2,
        dash: index % 2 ? [6, 3] : undefined,
        points: { show: false },
      })),
    ],
  };
};

let latest;

const draw = () => {
  if (!latest) return;
  for (const { id, series } of plots) {
    const element = document.getElementById(id);
    if (!element) continue;
    const data = [latest.at, ...latest.services.map((service) => latest[series][service])];
    const plot = drawn.get(id);
    if (plot) plot.setData(data);
    else drawn.set(id, new uPlot(optionsOf(element, latest.services), data, element));
  }
};

/** The parts that the server wrote, taken over one by one: the plots stay where they are. */
const show = (html) => {
  const fresh = new DOMParser().parseFromString(html, 'text/html');
  document.title = fresh.title;
  for (const part of main.querySelectorAll('[data-live]')) {
    const now = fresh.getElementById(part.id);
    if (now && now.innerHTML !== part.innerHTML) part.replaceChildren(...now.childNodes);
    if (now) part.className = now.className;
  }
};

const ask = async (path) => {
  const response = await fetch(path, { signal: AbortSignal.timeout(5_000), cache: 'no-store' });
  if (!response.ok) throw new Error(`${response.status}`);
  return response;
};

const refresh = async () => {
  try {
    const [page, json] = await Promise.all([ask('/status'), ask('/status.json')]);
    show(await page.text());
    latest = (await json.json()).history;
    draw();
    connection.textContent = '';
  } catch {
    connection.textContent ||= `The observer has not answered since ${new Date().toLocaleTimeString()}.`;
  }
  setTimeout(refresh, everyMs);
};

const redraw = () => {
  for (const plot of drawn.values()) plot.destroy();
  drawn.clear();
  draw();
};

const refit = () => {
  for (const [id, plot] of drawn) {
    const width = document.getElementById(id)?.clientWidth ?? plot.width;
    if (width !== plot.width) plot.setSize({ width, height: plot.height });
  }
};

dark.addEventListener('change', redraw);
window.addEventListener('resize', refit);
void refresh();
