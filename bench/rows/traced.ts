import { spawn } from 'node:child_process';
import { addingService } from '../bench-services.ts';
import type { Row, RowRun } from '../row.ts';
import { runService } from './millrace.ts';

export const traced = {
  title: 'Millrace: state and a fact, one trace in a hundred',
  stream: 'requests',
  does: 'as state, with tracing on: one event in a hundred is recorded, with its wait, handler, commit and fact, and sent to a collector in another process that reads and forgets it',
  run: (run) => runTraced(run, '0.01'),
} as const satisfies Omit<Row, 'base'>;

export const tracedAll = {
  title: 'Millrace: state and a fact, every trace',
  stream: 'requests',
  does: 'the same, and every event is recorded; what the queue has no room for is dropped',
  run: (run) => runTraced(run, '1'),
} as const satisfies Omit<Row, 'base'>;

/** Takes whatever comes, and says its port. */
const collector = `
  const server = require('node:http').createServer((request, response) => {
    request.resume().on('end', () => response.end());
  });
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
  process.stdin.resume().on('end', () => process.exit());
`;

/** OpenTelemetry reads the environment of the process: a row has one of its own. */
const runTraced = async (run: RowRun, share: string): Promise<void> => {
  const child = spawn(process.execPath, ['-e', collector], { stdio: ['pipe', 'pipe', 'inherit'] });
  const port = await new Promise<string>((resolve) => {
    child.stdout.once('data', (text: Buffer) => resolve(text.toString().trim()));
  });
  const tracing = {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: share,
  };
  Object.assign(process.env, tracing);
  await runService(addingService, { ...run, settings: { ...run.settings, ...tracing } });
  child.stdin.end();
};
