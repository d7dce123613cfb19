// One run: its cost and log, all it changed, what led to it, and what it led to.
import { Alert, Button, Grid, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { api, done, type Schemas } from '../api/client';
import { Chain } from '../automation/chain';
import { Waterfall } from '../automation/waterfall';
import { useSpeech } from '../i18n';
import { Changes } from '../kinds/diff';
import { Choice } from '../kinds/value';
import { RecordLink } from '../parts/links';
import { Log } from '../parts/log';
import { Page } from '../parts/page';
import { RouterAnchor } from '../parts/router-link';
import { Section } from '../parts/section';
import { Shown } from '../parts/states';
import { TimerList } from '../parts/timer-list';
import { refuse, tell } from '../parts/toast';

type Detail = Schemas['RunDetail'];

export function RunPage() {
  const { id } = useParams({ from: '/shell/runs/$id' });
  const query = useQuery({ queryKey: ['runs', id], queryFn: () => done(api.GET('/api/v1/runs/{id}', { params: { path: { id } } })) });
  return <Shown query={query}>{(run) => <Sheet run={run} />}</Shown>;
}

function Sheet({ run }: { run: Detail }) {
  const { w } = useSpeech();
  const above = (
    <RouterAnchor to="/runs" search={{ plugin: run.plugin, outcome: undefined }} size="sm">
      {`${w.runs}: ${run.plugin}`}
    </RouterAnchor>
  );
  return (
    <Page title={run.name} above={above} aside={<Group><Choice value={run.outcome} />{run.outcome !== 'ok' && <Again id={run.id} />}</Group>}>
      {run.error && <Alert color={run.outcome === 'refused' ? 'yellow' : 'red'} mb="md"><span className="prose">{run.error}</span></Alert>}
      <Grid gap="md">
        <Grid.Col span={{ base: 12, lg: 7 }}>
          <Stack>
            <Section title={w.changes}>
              <Changes changes={run.changes} />
            </Section>
            <Section title={w.log}>
              <Log lines={run.log} />
            </Section>
            <Effects effects={run.effects} />
            <Section title={w.calls}>
              <Waterfall run={run} />
            </Section>
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 5 }}>
          <Stack>
            <Section title={w.chain}>
              <Chain run={run} />
            </Section>
            <Section title={w.cost}>
              <Facts run={run} />
            </Section>
          </Stack>
        </Grid.Col>
      </Grid>
    </Page>
  );
}

/** What it set beside records; its own values by their keys. */
function Effects({ effects }: { effects: unknown }) {
  const { w } = useSpeech();
  const { timers = [], state = [] } = (effects ?? {}) as { timers?: { key: string; due: string | null }[]; state?: string[] };
  if (timers.length + state.length === 0) return null;
  return (
    <Section title={w.effects}>
      <TimerList timers={timers} />
      {state.length > 0 && <Text size="sm" mt="xs">{`${w.stateWritten}: `}<span className="mono">{state.join(', ')}</span></Text>}
    </Section>
  );
}

function Again({ id }: { id: string }) {
  const speech = useSpeech();
  const client = useQueryClient();
  const again = useMutation({
    mutationFn: () => done(api.POST('/api/v1/runs/{id}/retry', { params: { path: { id } } })),
    onSuccess: () => tell(speech.w.queuedAgain),
    onError: (error) => refuse(error, speech),
    onSettled: () => client.invalidateQueries({ queryKey: ['runs'] }),
  });
  return (
    <Button size="xs" variant="light" loading={again.isPending} onClick={() => again.mutate()}>
      {speech.w.runAgain}
    </Button>
  );
}

function Facts({ run }: { run: Detail }) {
  const speech = useSpeech();
  const { w } = speech;
  const { cost } = run;
  const facts: [string, ReactNode][] = [
    [w.trigger, speech.choice(run.trigger)],
    [w.about, run.about ? <RecordLink kind={run.about.kind} id={run.about.id} /> : w.none],
    [w.time, `${speech.number(cost.micros / 1000, { maximumFractionDigits: 2 })} ms`],
    [w.fuel, speech.number(cost.fuel)],
    [w.memory, `${speech.number(cost.memory / 1024, { maximumFractionDigits: 0 })} KiB`],
    [w.hostCalls, speech.number(cost.host_calls)],
    [w.rowsRead, speech.number(cost.rows_read)],
    [w.written, speech.number(cost.records_written)],
    [w.attempt, speech.number(run.attempt)],
    [w.reruns, speech.number(run.reruns)],
    [w.depth, speech.number(run.cause.depth)],
    [w.release, <span key="r" className="mono">{run.release.slice(0, 16)}</span>],
  ];
  return (
    <div className="diff">
      {facts.map(([name, value]) => [
        <span key={`${name}-n`} style={{ color: 'var(--mantine-color-dimmed)' }}>{name}</span>,
        <span key={`${name}-v`}>{value}</span>,
      ])}
    </div>
  );
}
