// A release tried on past events, beside what was done then. Nothing is written.
import { Alert, Button, Group, NumberInput, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, done } from '../api/client';
import { useSpeech } from '../i18n';
import { saying } from '../parts/toast';
import { Trials } from './trials';

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
      {run.data && (
        <Trials
          counts={run.data}
          none={w.noRecentEvents}
          cost={run.data.cost.recorded_fuel > 0 ? speech.fill(w.fuelBeside, { fuel: speech.number(run.data.cost.fuel), recorded: speech.number(run.data.cost.recorded_fuel) }) : undefined}
          trials={run.data.items}
        />
      )}
    </Stack>
  );
}
