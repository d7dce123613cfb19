// A person's notifications.
import { infiniteQueryOptions, useQuery } from '@tanstack/react-query';
import { api, done, type Schemas } from './api/client';
import type { Face } from './api/records';

export type Notice = Face & Schemas['Notification'];
export type Show = 'all' | 'open' | 'unread';

async function page(show: Show, after: string | undefined, limit = 30) {
  const query = { limit, after, ...(show === 'open' ? { open: true } : {}), ...(show === 'unread' ? { unread: true } : {}) };
  const found = await done(api.GET('/api/v1/inbox', { params: { query } }));
  return { items: found.items as unknown as Notice[], next: found.next ?? undefined, unread: found.unread };
}

export const inboxQuery = (show: Show) =>
  infiniteQueryOptions({
    queryKey: ['inbox', show],
    queryFn: ({ pageParam }) => page(show, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next,
  });

/** How many are unread. */
export function useUnread(): number {
  const { data } = useQuery({ queryKey: ['inbox', 'count'], queryFn: () => page('unread', undefined, 1) });
  return data?.unread ?? 0;
}

export function markRead(id: string) {
  return done(api.POST('/api/v1/inbox/{id}/read', { params: { path: { id } } }));
}
