// Who is signed in, and the people everybody knows.
import { queryOptions, useQuery } from '@tanstack/react-query';
import { createContext, use } from 'react';
import { api, done, Problem, type Schemas } from './api/client';
import { find, type AnyRecord, type Page } from './api/records';

export type Me = Schemas['Me'];

/** The person, or null where nobody is signed in. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async (): Promise<Me | null> => {
    try {
      const view = await done(api.GET('/api/v1/me'));
      return view.user ?? null;
    } catch (error) {
      if (error instanceof Problem && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: Infinity,
});

/** Who is signed in: the shell says so to all below it, and takes them away together where the session has ended. */
export const Signed = createContext<Me | null>(null);

/** The person who is signed in. Only below the shell. */
export function useMe(): Me {
  const me = use(Signed);
  if (!me) throw new Error('no shell around it');
  return me;
}

export function useIsAdmin(): boolean {
  return useMe().role === 'admin';
}

/** All people of the organisation; those who left, too. */
export function usePeople(): AnyRecord[] {
  const { data } = useQuery({
    queryKey: ['find', 'user', 'all'],
    queryFn: ({ signal }) => findAll('user', signal),
    staleTime: 300_000,
  });
  return data ?? NOBODY;
}

const NOBODY: AnyRecord[] = [];

/** All records of a kind that has few. */
export async function findAll(kind: 'user' | 'department' | 'pipeline' | 'work_calendar', signal?: AbortSignal): Promise<AnyRecord[]> {
  const all: AnyRecord[] = [];
  let page: Page<AnyRecord> | undefined;
  do {
    page = await find(kind, { limit: 200, sort: 'created_at', after: page?.next ?? undefined }, signal);
    all.push(...page.items);
  } while (page.next && all.length < 2000);
  return all;
}
