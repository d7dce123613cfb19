import { useQuery } from '@tanstack/react-query';
import { find } from './api/records';

/** What of the organisation the console needs everywhere. */
export function useOrganisation(): { id?: string; currency: string; timeZone?: string } {
  const { data } = useQuery({
    queryKey: ['find', 'organisation', 'one'],
    queryFn: ({ signal }) => find('organisation', { limit: 1 }, signal),
    staleTime: 300_000,
  });
  const one = data?.items[0];
  return {
    id: one?.id,
    currency: typeof one?.currency === 'string' ? one.currency : 'EUR',
    timeZone: typeof one?.time_zone === 'string' ? one.time_zone : undefined,
  };
}
