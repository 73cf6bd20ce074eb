import { type Answer, readAssets } from './assets.ts';
import { pageOf } from './page.ts';
import type { StatusDocument } from './status-document.ts';

/** Nothing but what comes from here runs, is shown or is asked. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const headers = {
  'cache-control': 'no-store',
  'content-security-policy': policy,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** `/status`, what it loads below it, and `/status.json`. */
export const statusPages = (
  status: () => StatusDocument,
): readonly (readonly [string, (path: string) => Answer])[] => {
  const assets = readAssets();
  const nothing: Answer = {
    status: 404,
    contentType: 'text/plain; charset=utf-8',
    body: 'try /status\n',
  };
  return [
    [
      'status',
      (path) => {
        const [, , name, ...more] = path.split('/');
        if (!name) {
          return {
            status: 200,
            contentType: 'text/html; charset=utf-8',
            body: pageOf(status()),
            headers,
          };
        }
        return (more.length === 0 && assets.get(name)) || nothing;
      },
    ],
    [
      'status.json',
      () => ({
        ...{ status: 200, contentType: 'application/json', headers },
        body: `${JSON.stringify(status())}\n`,
      }),
    ],
  ];
};
