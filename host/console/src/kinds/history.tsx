// What became of a record: when, who or which rule, what field by field, and why.
import { Anchor, Box, Button, Group, Stack, Text, ThemeIcon } from '@mantine/core';
import { IconPuzzle, IconServer2, IconUser } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { history, type Audit, type Page } from '../api/records';
import { useSpeech } from '../i18n';
import { useName } from '../parts/links';
import { RouterAnchor } from '../parts/router-link';
import { Empty, Failed, Loading } from '../parts/states';
import { useIsAdmin } from '../session';
import { Diff } from './diff';
import type { KindName } from './table';

export function History({ kind, id, version }: { kind: KindName; id: string; version: number }) {
  const { w } = useSpeech();
  const query = useInfiniteQuery({
    queryKey: ['record', kind, id, 'history', version],
    queryFn: ({ pageParam }) => history(kind, id, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: Page<Audit>) => last.next ?? undefined,
    placeholderData: (before) => before,
  });
  if (query.isError && !query.data) return <Failed error={query.error} retry={() => void query.refetch()} />;
  if (!query.data) return <Loading />;
  const changes = query.data.pages.flatMap((page) => page.items);
  if (changes.length === 0) return <Empty title={w.noHistory} />;
  const known = new Set(changes.map((change) => change.id));
  return (
    <Stack gap="xs">
      <Stack gap="xs" component="ol" p={0} m={0} style={{ listStyle: 'none' }}>
        {changes.map((change) => (
          <Entry key={change.id} change={change} known={known} />
        ))}
      </Stack>
      {query.hasNextPage && (
        <Button variant="light" size="xs" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {w.more}
        </Button>
      )}
    </Stack>
  );
}

const SIGNS = { user: IconUser, plugin: IconPuzzle, system: IconServer2 };
const TONES = { user: 'indigo', plugin: 'grape', system: 'gray' };

/** Who stands behind a change. */
export function useActor(): (by: Audit['by']) => string {
  const speech = useSpeech();
  const name = useName();
  return (by) => {
    if (by.type === 'user') return name(by.id);
    return by.type === 'plugin' ? speech.fill(speech.w.ruleName, { name: by.id }) : by.id;
  };
}

function Entry({ change, known }: { change: Audit; known: Set<number> }) {
  const speech = useSpeech();
  const { w } = speech;
  const admin = useIsAdmin();
  const actor = useActor();
  const Sign = SIGNS[change.by.type];
  const verb = change.name.split('.')[1] ?? '';
  const why = change.cause.event;
  return (
    <Box component="li" className="card" p="sm" id={`change-${change.id}`}>
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <ThemeIcon variant="light" color={TONES[change.by.type]} size={26} radius="xl">
          <Sign size={15} aria-hidden />
        </ThemeIcon>
        <Box style={{ flex: 1, minWidth: 0 }}>
          <Text size="sm">
            <b>{actor(change.by)}</b>
            {` · ${speech.choice(verb)} · `}
            <time dateTime={change.at} title={speech.moment(change.at)}>
              {speech.ago(change.at)}
            </time>
          </Text>
          <Diff kind={change.record.kind} diff={change.diff} made={verb === 'created'} />
          <Group gap="sm" mt={4}>
            {why !== undefined && why !== null && (
              <Text size="xs" c="dimmed">
                {`${w.because} `}
                {known.has(why) ? <Anchor href={`#change-${why}`} size="xs">{`#${why}`}</Anchor> : `#${why}`}
              </Text>
            )}
            {change.run && admin && (
              <RouterAnchor to="/runs/$id" params={{ id: change.run }} size="xs">
                {w.seeRun}
              </RouterAnchor>
            )}
          </Group>
        </Box>
      </Group>
    </Box>
  );
}
