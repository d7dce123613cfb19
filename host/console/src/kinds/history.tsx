// What became of a record: when, who or which rule, what field by field, and why.
import { Anchor, Box, Group, Stack, Text, ThemeIcon } from '@mantine/core';
import { IconPuzzle, IconServer2, IconUser } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { history, type Audit } from '../api/records';
import { useSpeech } from '../i18n';
import { useName } from '../parts/links';
import { Paged, usePages } from '../parts/paged';
import { RouterAnchor } from '../parts/router-link';
import { Empty } from '../parts/states';
import { useIsAdmin } from '../session';
import { Diff } from './diff';
import type { KindName } from './table';

export function History({ kind, id, version }: { kind: KindName; id: string; version: number }) {
  const { w } = useSpeech();
  const pages = usePages(['record', kind, id, 'history', version], (after) => history(kind, id, after), { steady: true });
  return (
    <Paged pages={pages} empty={<Empty title={w.noHistory} />}>
      {(changes) => {
        const known = new Set(changes.map((change) => change.id));
        return (
          <ChangeList>
            {changes.map((change) => <Change key={change.id} change={change} known={known} />)}
          </ChangeList>
        );
      }}
    </Paged>
  );
}

/** What became of something, one after the other. */
export function ChangeList({ children }: { children: ReactNode }) {
  const { w } = useSpeech();
  return (
    <Stack gap="xs" component="ol" p={0} m={0} style={{ listStyle: 'none' }} aria-label={w.changes}>
      {children}
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

interface ChangeProps {
  change: Audit;
  /** Those that stand on the same page: what led to it is led to. */
  known: Set<number>;
  /** Of which record it is, where a list has several. */
  children?: ReactNode;
}

export function Change({ change, known, children }: ChangeProps) {
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
          {children}
          <Diff kind={change.record.kind} diff={change.diff} made={verb === 'created'} />
          <Group gap="sm" mt={4}>
            {why !== undefined && why !== null && (
              <Text size="xs" c="dimmed" className="inline">
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
