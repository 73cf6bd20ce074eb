import { type Html, html } from './html.ts';
import type { StatusDocument } from './status-document.ts';
import { brokerTable, figuresTable, replicasTable, servicesTable, streamsTable } from './tables.ts';
import { moment } from './words.ts';

/** How often the page comes again where nothing runs scripts. */
const againSeconds = 5;

/** The page `/status`, whole as it is without a script. */
export const pageOf = (status: StatusDocument): string => {
  const { troubles } = status;
  const title = troubles.length === 0 ? 'all well' : `${troubles.length} to look at`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Millrace: ${title}</title>
<link rel="icon" href="/status/icon.svg">
<link rel="stylesheet" href="/status/uplot.css">
<link rel="stylesheet" href="/status/status.css">
<noscript><meta http-equiv="refresh" content="${againSeconds}"></noscript>
<script type="module" src="/status/live.js"></script>
</head>
<body>
<header>
<h1>Millrace: state of the system</h1>
<p id="connection" role="status"></p>
</header>
<main>
${live('as-of', html`<p class="quiet">As of <time datetime="${status.asOf}">${moment(status.asOf)}</time> UTC.</p>`)}
${verdict(troubles)}
${live('services', servicesTable(status))}
${live('figures', figuresTable(status.figures))}
${plots}
${live('replicas', replicasTable(status))}
${live('streams', streamsTable(status.streams))}
${live('broker', brokerTable(status.broker))}
</main>
<footer><p>The same as <a href="/status.json">JSON</a>. Figures for Prometheus are on <a href="/metrics">/metrics</a>.</p></footer>
</body>
</html>
`.text;
};

/** A part that a script may take over when it has changed. */
const live = (id: string, content: Html): Html => html`<div id="${id}" data-live>${content}</div>`;

const verdict = (troubles: readonly string[]): Html => {
  const list = html`<ul>${troubles.map((trouble) => html`<li>${trouble}</li>`)}</ul>`;
  return troubles.length === 0
    ? html`<section id="verdict" data-live class="well" aria-label="Verdict"><h2>Nothing is known to be wrong</h2></section>`
    : html`<section id="verdict" data-live class="trouble" aria-label="Verdict"><h2>To look at: ${troubles.length}</h2>${list}</section>`;
};

const plot = (id: string, caption: string): Html =>
  html`<figure><figcaption>${caption}</figcaption><div id="plot-${id}"></div></figure>`;

const plots: Html = html`<section aria-labelledby="plots"><h2 id="plots">The last minutes</h2>
<noscript><p>Plots need a script; the numbers do not.</p></noscript>
<div class="plots">
${[
  plot('throughput', 'Throughput, events settled a second'),
  plot('waiting', 'Events that wait'),
  plot('oldest', 'Age of the oldest event that waits, seconds'),
  plot('response', 'Response time, seconds'),
]}
</div></section>`;
