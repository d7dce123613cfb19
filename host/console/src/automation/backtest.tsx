// A release tried on past events, beside what was done then. Nothing is written.
import { Alert, Box, Button, Group, NumberInput, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, done, type Schemas } from '../api/client';
import { useSpeech } from '../i18n';
import { Choice, Moment } from '../kinds/value';
import { RecordLink } from '../parts/links';
import { RouterAnchor } from '../parts/router-link';
import { saying } from '../parts/toast';

type Report = Schemas['BacktestView'];
type Trial = Schemas['TrialView'];

export function Backtest({ name, digest }: { name: string; digest: string }) {
  const speech = useSpeech();
  const { w } = speech;
  const [events, setEvents] = useState(50);
  const run = useMutation({
    mutationFn: () => done(api.POST('/api/v1/plugins/{name}/releases/{digest}/backtest', { params: { path: { name, digest } }, body: { events, from: null, to: null } })),
  });
  return (
    <Stack mt="md" gap="sm">
      <Text size="sm">{w.backtestText}</Text>
      <Group align="flex-end">
        <NumberInput label={w.lastEvents} value={events} onChange={(value) => setEvents(Number(value) || 1)} min={1} max={500} allowDecimal={false} w={170} />
        <Button loading={run.isPending} onClick={() => run.mutate()}>
          {w.tryIt}
        </Button>
      </Group>
      {run.isError && <Alert color="red" role="alert">{saying(run.error, speech)}</Alert>}
      {run.data && <Found report={run.data} />}
    </Stack>
  );
}

const VERDICTS = ['same', 'different', 'failed', 'not_woken', 'new'] as const;

function Found({ report }: { report: Report }) {
  const speech = useSpeech();
  const { w } = speech;
  const counts = VERDICTS.filter((verdict) => report[verdict] > 0).map((verdict) => `${speech.named(w.verdicts, verdict)}: ${speech.number(report[verdict])}`);
  const told = report.items.filter((trial) => trial.verdict !== 'same');
  return (
    <Stack gap="sm" role="status">
      <Text fw={600}>{report.events === 0 ? w.noRecentEvents : counts.join(' · ')}</Text>
      {report.cost.recorded_fuel > 0 && (
        <Text size="sm" c="dimmed">{speech.fill(w.fuelBeside, { fuel: speech.number(report.cost.fuel), recorded: speech.number(report.cost.recorded_fuel) })}</Text>
      )}
      {told.map((trial) => <Difference key={trial.event} trial={trial} />)}
    </Stack>
  );
}

function Difference({ trial }: { trial: Trial }) {
  const speech = useSpeech();
  const { w } = speech;
  const lines = [...trial.missing.map((one) => `− ${JSON.stringify(one)}`), ...trial.added.map((one) => `+ ${JSON.stringify(one)}`)];
  return (
    <Box>
      <Group gap="xs">
        <Text size="sm" component="div">
          <b>{speech.named(w.verdicts, trial.verdict)}</b>
          {` · № ${trial.event} · ${trial.name} · `}
          <RecordLink kind={trial.about.kind} id={trial.about.id} /> · <Moment value={trial.at} />
        </Text>
        {trial.outcome && <Choice value={trial.outcome} />}
        {trial.run && <RouterAnchor to="/runs/$id" params={{ id: trial.run }} size="sm">{w.seeRun}</RouterAnchor>}
      </Group>
      {trial.error && <Text size="sm" className="prose">{trial.error}</Text>}
      {lines.length > 0 && <pre className="pre mono">{lines.join('\n')}</pre>}
    </Box>
  );
}
