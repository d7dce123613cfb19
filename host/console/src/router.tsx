// The screens and their addresses; each is loaded when it is first gone to.
import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, Outlet, redirect,
} from '@tanstack/react-router';
import type { Schemas } from './api/client';
import { Failed, Loading } from './parts/states';
import { reportSearch } from './reports/query';
import { NotFound } from './routes/not-found';
import { meQuery } from './session';
import { Shell } from './shell/shell';

interface Context {
  client: QueryClient;
}

/** How a list is looked at: a part of its address, so that it can be sent to somebody. */
export interface ListSearch {
  view?: 'board' | 'table';
  q?: string;
  sort?: string;
  /** Filters: field and values, commas between. */
  where?: Record<string, string>;
}

/** Which part of the calendar is looked at, and whose. */
export interface CalendarSearch {
  view?: 'day' | 'week' | 'month';
  /** A day of it: `2026-03-29`. */
  on?: string;
  /** Ids of users, commas between. */
  whose?: string;
}

/** Which changes are looked for. */
export interface AuditSearch {
  kind?: Schemas['Kind'];
  record?: string;
  /** Who: a user's id, or the name of a plugin. */
  by?: string;
  field?: string;
  /** Days, both included: `2026-03-29`. */
  from?: string;
  to?: string;
}

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

function listSearch(raw: Record<string, unknown>): ListSearch {
  const where = raw.where && typeof raw.where === 'object' ? (raw.where as Record<string, string>) : undefined;
  const view = raw.view === 'board' || raw.view === 'table' ? raw.view : undefined;
  return { view, q: text(raw.q), sort: text(raw.sort), where };
}

const root = createRootRouteWithContext<Context>()({ component: Outlet });

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (raw: Record<string, unknown>) => ({ to: text(raw.to) }),
  component: lazyRouteComponent(() => import('./routes/sign-in'), 'SignIn'),
});

const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  beforeLoad: async ({ context, location }) => {
    const me = await context.client.ensureQueryData(meQuery);
    if (!me) throw redirect({ to: '/sign-in', search: { to: location.href === '/' ? undefined : location.href } });
  },
  component: Shell,
});

const home = createRoute({
  getParentRoute: () => shell,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/inbox' });
  },
});
const inbox = createRoute({
  getParentRoute: () => shell,
  path: '/inbox',
  component: lazyRouteComponent(() => import('./routes/inbox'), 'Inbox'),
});
const reports = createRoute({
  getParentRoute: () => shell,
  path: '/reports',
  validateSearch: reportSearch,
  component: lazyRouteComponent(() => import('./routes/reports'), 'Reports'),
});
const calendar = createRoute({
  getParentRoute: () => shell,
  path: '/calendar',
  validateSearch: (raw: Record<string, unknown>): CalendarSearch => {
    const view = raw.view === 'day' || raw.view === 'week' || raw.view === 'month' ? raw.view : undefined;
    return { view, on: text(raw.on), whose: text(raw.whose) };
  },
  component: lazyRouteComponent(() => import('./routes/calendar'), 'Calendar'),
});
const list = createRoute({
  getParentRoute: () => shell,
  path: '/$plural',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('./routes/list'), 'List'),
});
const record = createRoute({
  getParentRoute: () => shell,
  path: '/$plural/$id',
  component: lazyRouteComponent(() => import('./routes/record'), 'RecordPage'),
});
const plugins = createRoute({
  getParentRoute: () => shell,
  path: '/plugins',
  component: lazyRouteComponent(() => import('./routes/plugins'), 'Plugins'),
});
const plugin = createRoute({
  getParentRoute: () => shell,
  path: '/plugins/$name',
  component: lazyRouteComponent(() => import('./routes/plugin'), 'PluginPage'),
});
const runs = createRoute({
  getParentRoute: () => shell,
  path: '/runs',
  validateSearch: (raw: Record<string, unknown>) => ({ plugin: text(raw.plugin), outcome: text(raw.outcome) }),
  component: lazyRouteComponent(() => import('./routes/runs'), 'Runs'),
});
const run = createRoute({
  getParentRoute: () => shell,
  path: '/runs/$id',
  component: lazyRouteComponent(() => import('./routes/run'), 'RunPage'),
});
const dead = createRoute({
  getParentRoute: () => shell,
  path: '/dead-letters',
  component: lazyRouteComponent(() => import('./routes/dead-letters'), 'DeadLetters'),
});
const failures = createRoute({
  getParentRoute: () => shell,
  path: '/failures',
  component: lazyRouteComponent(() => import('./routes/failures'), 'Failures'),
});
const holds = createRoute({
  getParentRoute: () => shell,
  path: '/holds',
  component: lazyRouteComponent(() => import('./routes/holds'), 'Holds'),
});
const channels = createRoute({
  getParentRoute: () => shell,
  path: '/channels',
  component: lazyRouteComponent(() => import('./routes/channels'), 'Channels'),
});
const audit = createRoute({
  getParentRoute: () => shell,
  path: '/audit',
  validateSearch: (raw: Record<string, unknown>): AuditSearch => ({
    kind: text(raw.kind) as Schemas['Kind'] | undefined, record: text(raw.record), by: text(raw.by), field: text(raw.field), from: text(raw.from), to: text(raw.to),
  }),
  component: lazyRouteComponent(() => import('./routes/audit'), 'Audit'),
});
const webhooks = createRoute({
  getParentRoute: () => shell,
  path: '/webhooks',
  component: lazyRouteComponent(() => import('./routes/webhooks'), 'Webhooks'),
});
const tokens = createRoute({
  getParentRoute: () => shell,
  path: '/tokens',
  component: lazyRouteComponent(() => import('./routes/tokens'), 'Tokens'),
});
const account = createRoute({
  getParentRoute: () => shell,
  path: '/account',
  component: lazyRouteComponent(() => import('./routes/account'), 'Account'),
});

const tree = root.addChildren([
  signIn,
  shell.addChildren([home, inbox, calendar, reports, list, record, plugins, plugin, runs, run, failures, dead, holds, audit, channels, webhooks, tokens, account]),
]);

export function makeRouter(client: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { client },
    defaultPreload: 'intent',
    defaultPendingComponent: Loading,
    defaultErrorComponent: ({ error, reset }) => <Failed error={error} retry={reset} />,
    defaultNotFoundComponent: NotFound,
    scrollRestoration: true,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
