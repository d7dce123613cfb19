// A release that runs beside the one in use, on all that wakes the plugin. Nothing that it does is written.
import { Button, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api, done } from '../api/client';
import { useSpeech } from '../i18n';
import { Moment } from '../kinds/value';
import { Shown } from '../parts/states';
import { refuse } from '../parts/toast';
import { at, usePluginChange } from '../plugins';
import { Trials } from './trials';

interface ShadowProps {
  name: string;
  digest: string;
  /** Whether it runs now. */
  runs: boolean;
}

export function Shadow({ name, digest, runs }: ShadowProps) {
  const speech = useSpeech();
  const { w } = speech;
  const change = usePluginChange((start: boolean) =>
    start ? done(api.PUT('/api/v1/plugins/{name}/shadow', { ...at(name), body: { release: digest } })) : done(api.DELETE('/api/v1/plugins/{name}/shadow', at(name))),
  );
  const set = (start: boolean) => change.mutate(start, { onError: (error) => refuse(error, speech) });
  return (
    <Stack mt="md" gap="sm">
      <Text size="sm">{w.shadowText}</Text>
      {runs && <Report name={name} />}
      <Button variant={runs ? 'default' : 'filled'} loading={change.isPending} onClick={() => set(!runs)} style={{ alignSelf: 'start' }}>
        {runs ? w.endShadow : w.startShadow}
      </Button>
    </Stack>
  );
}

function Report({ name }: { name: string }) {
  const speech = useSpeech();
  const { w } = speech;
  const query = useQuery({
    queryKey: ['plugins', name, 'shadow'],
    queryFn: () => done(api.GET('/api/v1/plugins/{name}/shadow', at(name))),
    refetchInterval: 5_000,
  });
  return (
    <Shown query={query}>
      {(report) => (
        <>
          <Text size="sm" c="dimmed" component="div">
            {`${w.shadowSince} `}
            <Moment value={report.since} />
          </Text>
          <Trials
            counts={report}
            none={w.shadowNothing}
            cost={report.cost.fuel > 0 ? speech.fill(w.fuelInUse, { fuel: speech.number(report.cost.fuel), recorded: speech.number(report.cost.recorded_fuel) }) : undefined}
            trials={report.items}
          />
        </>
      )}
    </Shown>
  );
}
