// A listing that is read page by page.
import { Button, Stack } from '@mantine/core';
import { useInfiniteQuery, type InfiniteData, type QueryKey, type UseInfiniteQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Page } from '../api/records';
import { useSpeech } from '../i18n';
import { Failed, Loading } from './states';

type Pages<T> = UseInfiniteQueryResult<InfiniteData<Page<T>>>;

interface Options {
  /** What was shown before stays until the new is there. */
  steady?: boolean;
  /** Read again so often, in milliseconds. */
  every?: number;
}

export function usePages<T>(queryKey: QueryKey, load: (after: string | undefined, signal: AbortSignal) => Promise<Page<T>>, { steady, every }: Options = {}): Pages<T> {
  return useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) => load(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: Page<T>) => last.next ?? undefined,
    placeholderData: steady ? (before) => before : undefined,
    refetchInterval: every,
  });
}

interface PagedProps<T> {
  pages: Pages<T>;
  /** What stands where nothing was found. */
  empty: ReactNode;
  children: (items: T[]) => ReactNode;
}

export function Paged<T>({ pages, empty, children }: PagedProps<T>) {
  const { w } = useSpeech();
  if (pages.isError && !pages.data) return <Failed error={pages.error} retry={() => void pages.refetch()} />;
  if (!pages.data) return <Loading />;
  const items = pages.data.pages.flatMap((page) => page.items);
  return (
    <Stack gap="xs">
      {items.length === 0 ? empty : children(items)}
      {pages.hasNextPage && (
        <Button variant="light" size="xs" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()} style={{ alignSelf: 'start' }}>
          {w.more}
        </Button>
      )}
    </Stack>
  );
}
