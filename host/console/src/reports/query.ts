// What a report is asked for: a part of its address, so that it can be sent to somebody.
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, done, type Schemas } from '../api/client';

export type Report = Schemas['Report'];
export type Row = Schemas['Row'];

export const PERIODS = ['today', 'yesterday', 'this_week', 'last_week', 'this_month', 'last_month'] as const;
export const GROUPS = ['none', 'user', 'department', 'source', 'pipeline'] as const;
export type Period = (typeof PERIODS)[number];
export type Group = (typeof GROUPS)[number];

/** What a report is narrowed to. */
export interface Narrow {
  user?: string;
  department?: string;
  source?: string;
  pipeline?: string;
}

export interface ReportSearch extends Narrow {
  period?: Period;
  /** Days, in place of a period. */
  from?: string;
  to?: string;
  by?: Group;
  /** False: the period before is not told. */
  compare?: boolean;
  /** The measure that groups are compared by. */
  measure?: string;
}

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
const one = <T extends string>(all: readonly T[], value: unknown) => all.find((known) => known === value);

export function reportSearch(raw: Record<string, unknown>): ReportSearch {
  return {
    period: one(PERIODS, raw.period), from: text(raw.from), to: text(raw.to),
    by: one(GROUPS, raw.by), compare: raw.compare === false ? false : undefined, measure: text(raw.measure),
    user: text(raw.user), department: text(raw.department), source: text(raw.source), pipeline: text(raw.pipeline),
  };
}

/** Two days where both are chosen, else a period by its name. */
function time({ period, from, to }: ReportSearch) {
  return from && to ? { from, to } : { period: period ?? 'this_month' };
}

export function reportQuery(search: ReportSearch, by: Group) {
  const { user, department, source, pipeline } = search;
  const query = { ...time(search), by, user, department, source, pipeline, compare: search.compare !== false };
  return queryOptions({
    queryKey: ['report', 'figures', query],
    queryFn: ({ signal }) => done(api.GET('/api/v1/reports', { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });
}

export function funnelQuery(search: ReportSearch) {
  const { user, department, source, pipeline } = search;
  const query = { ...time(search), user, department, source, pipeline };
  return queryOptions({
    queryKey: ['report', 'funnel', query],
    queryFn: async ({ signal }) => (await done(api.GET('/api/v1/reports/funnel', { params: { query }, signal }))).items,
    placeholderData: keepPreviousData,
  });
}
