// Runs, newest first; an admin goes on to each.
import { Box, Group, Stack, Text } from '@mantine/core';
import { IconBolt } from '@tabler/icons-react';
import type { QueryKey } from '@tanstack/react-query';
import type { Page, Run } from '../api/records';
import { useSpeech } from '../i18n';
import { Choice } from '../kinds/value';
import { useIsAdmin } from '../session';
import { RecordLink } from './links';
import { Paged, usePages } from './paged';
import { RouterAnchor } from './router-link';
import { Empty } from './states';

interface RunListProps {
  queryKey: QueryKey;
  load: (after?: string) => Promise<Page<Run>>;
  empty: string;
  emptyText?: string;
  /** Says what each was about, too. */
  about?: boolean;
}

export function RunList({ queryKey, load, empty, emptyText, about }: RunListProps) {
  const pages = usePages(queryKey, load);
  return (
    <Paged pages={pages} empty={<Empty title={empty} text={emptyText} icon={IconBolt} />}>
      {(runs) => <Runs runs={runs} about={about} />}
    </Paged>
  );
}

function Runs({ runs, about }: { runs: Run[]; about?: boolean }) {
  return (
    <Stack gap="xs" component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
      {runs.map((run) => (
        <RunRow key={run.id} run={run} about={about} />
      ))}
    </Stack>
  );
}

function RunRow({ run, about }: { run: Run; about?: boolean }) {
  const speech = useSpeech();
  const admin = useIsAdmin();
  const name = `${run.plugin} · ${run.name}`;
  return (
    <Box component="li" className="card" p="sm">
      <Group justify="space-between" gap="xs" wrap="nowrap" align="flex-start">
        <Box miw={0}>
          {admin ? (
            <RouterAnchor to="/runs/$id" params={{ id: run.id }} fw={600} size="sm" c="inherit" style={{ overflowWrap: 'anywhere' }}>
              {name}
            </RouterAnchor>
          ) : (
            <Text size="sm" fw={600}>
              {name}
            </Text>
          )}
          <Text size="xs" c="dimmed" component="div">
            {`${speech.choice(run.trigger)} · `}
            <time dateTime={run.at} title={speech.moment(run.at)}>
              {speech.ago(run.at)}
            </time>
            {` · ${speech.number(run.cost.micros / 1000, { maximumFractionDigits: 1 })} ms`}
            {about && run.about && (
              <>
                {' · '}
                <span className="inline">
                  <RecordLink kind={run.about.kind} id={run.about.id} />
                </span>
              </>
            )}
          </Text>
          {run.error && (
            <Text size="xs" mt={4} className="prose">
              {run.error}
            </Text>
          )}
        </Box>
        <Choice value={run.outcome} />
      </Group>
    </Box>
  );
}
