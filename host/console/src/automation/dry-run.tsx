// A run of the plugin on what is there now, of which nothing is written.
import { Alert, Box, Button, Group, List, NumberInput, Select, SimpleGrid, Stack, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, done, type Schemas } from '../api/client';
import { useSpeech } from '../i18n';
import { Changes, type Changed } from '../kinds/diff';
import { Choice } from '../kinds/value';
import { Log } from '../parts/log';
import { Section } from '../parts/section';
import { TimerList } from '../parts/timer-list';
import { saying } from '../parts/toast';
import { at, type PluginDetail } from '../plugins';

type Outcome = Schemas['DryRunView'];

/** How far back the events go that are offered. */
const DAYS = 30;

export function DryRun({ plugin }: { plugin: PluginDetail }) {
  const speech = useSpeech();
  const { w } = speech;
  const [woken, setWoken] = useState<string | null>(null);
  const [event, setEvent] = useState<number | ''>('');
  const recent = useQuery({
    queryKey: ['plugins', plugin.name, 'recent'],
    queryFn: () => done(api.POST('/api/v1/plugins/{name}/condition/test', { ...at(plugin.name), body: { condition: plugin.condition ?? null, days: DAYS } })),
  });
  const run = useMutation({
    mutationFn: (body: Schemas['Supposed']) => done(api.POST('/api/v1/plugins/{name}/dry-run', { ...at(plugin.name), body })),
  });
  const events = (recent.data?.examples ?? []).map((one) => ({
    value: `event ${one.event}`,
    label: `№ ${one.event} · ${one.name} · ${speech.moment(one.at)}`,
  }));
  const schedules = plugin.manifest.schedules.map((schedule) => ({ value: `tick ${schedule.name}`, label: `${w.schedule} ${schedule.cron} · ${schedule.title}` }));
  const chosen = event === '' ? woken : `event ${event}`;
  const go = () => {
    const supposed = chosen && supposedOf(chosen);
    if (supposed) run.mutate(supposed);
  };
  return (
    <Stack>
      <Box className="card" p="md" maw={760}>
        <Text size="sm" mb="sm">{w.dryRunText}</Text>
        <Group align="flex-end">
          <Select
            label={w.wokenBy}
            placeholder={events.length + schedules.length === 0 ? w.noRecentEvents : undefined}
            data={[{ group: w.recentEvents, items: events }, { group: w.schedule, items: schedules }].filter((group) => group.items.length > 0)}
            value={event === '' ? woken : null}
            onChange={(value) => { setWoken(value); setEvent(''); }}
            style={{ flex: '1 1 300px' }}
          />
          <NumberInput label={w.eventNumber} value={event} onChange={(value) => setEvent(value === '' ? '' : Number(value))} min={1} allowDecimal={false} hideControls w={130} />
          <Button disabled={!chosen} loading={run.isPending} onClick={go}>
            {w.tryIt}
          </Button>
        </Group>
        {run.isError && (
          <Alert color="red" mt="md" role="alert">
            {saying(run.error, speech)}
          </Alert>
        )}
      </Box>
      {run.data && <Came outcome={run.data} />}
    </Stack>
  );
}

function supposedOf(chosen: string): Schemas['Supposed'] {
  const [sort, ...name] = chosen.split(' ');
  if (sort === 'event') return { event: Number(name[0]) };
  return { tick: { schedule: name.join(' '), due: new Date().toISOString() } } as unknown as Schemas['Supposed'];
}

/** What it would have come to. */
function Came({ outcome }: { outcome: Outcome }) {
  const speech = useSpeech();
  const { w } = speech;
  const changes = outcome.changes as Changed[];
  return (
    <Stack role="status">
      <Group>
        <Choice value={outcome.outcome} />
        {outcome.wakes === false && <Text size="sm">{w.wouldSleep}</Text>}
        <Text size="sm" c="dimmed">{`${w.fuel}: ${speech.number(outcome.cost.fuel)} · ${w.hostCalls}: ${outcome.cost.host_calls} · ${w.nothingWritten}`}</Text>
      </Group>
      {outcome.error && <Alert color="red"><span className="prose">{outcome.error}</span></Alert>}
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <Section title={w.changes}>
          <Changes changes={changes} proposed />
        </Section>
        <Stack>
          {outcome.notifications.length > 0 && (
            <Section title={speech.named(w.plurals, 'notification')}>
              <List size="sm">
                {(outcome.notifications as Record<string, unknown>[]).map((notice, place) => (
                  <List.Item key={place}>{String(notice.title ?? '')}</List.Item>
                ))}
              </List>
            </Section>
          )}
          {outcome.timers.length > 0 && (
            <Section title={w.timers}>
              <TimerList timers={outcome.timers} />
            </Section>
          )}
          <Section title={w.log}>
            <Log lines={outcome.log} />
          </Section>
        </Stack>
      </SimpleGrid>
    </Stack>
  );
}
