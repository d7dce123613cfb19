// What a release made of what woke its plugin, beside what the release in use made of it.
import { Box, Group, Stack, Text } from '@mantine/core';
import type { Schemas } from '../api/client';
import { useSpeech } from '../i18n';
import { Choice, Moment } from '../kinds/value';
import { RecordLink } from '../parts/links';
import { RouterAnchor } from '../parts/router-link';

type Trial = Schemas['TrialView'] | Schemas['ShadowTrialView'];

const VERDICTS = ['same', 'different', 'failed', 'not_woken', 'new'] as const;

interface TrialsProps {
  counts: Record<(typeof VERDICTS)[number], number>;
  /** What is said where there are none. */
  none: string;
  /** What the two cost. */
  cost?: string;
  trials: Trial[];
}

export function Trials({ counts, none, cost, trials }: TrialsProps) {
  const speech = useSpeech();
  const said = VERDICTS.filter((verdict) => counts[verdict] > 0).map((verdict) => `${speech.named(speech.w.verdicts, verdict)}: ${speech.number(counts[verdict])}`);
  return (
    <Stack gap="sm" role="status">
      <Text fw={600}>{said.join(' · ') || none}</Text>
      {cost && <Text size="sm" c="dimmed">{cost}</Text>}
      {trials.filter((trial) => trial.verdict !== 'same').map((trial, at) => <Difference key={at} trial={trial} />)}
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
        <Text size="sm" component="div" className="inline">
          <b>{speech.named(w.verdicts, trial.verdict)}</b>
          {trial.event ? ` · № ${trial.event}` : ''}
          {` · ${trial.name} · `}
          {trial.about && <><RecordLink kind={trial.about.kind} id={trial.about.id} />{' · '}</>}
          <Moment value={trial.at} />
        </Text>
        {trial.outcome && <Choice value={trial.outcome} />}
        {trial.run && <RouterAnchor to="/runs/$id" params={{ id: trial.run }} size="sm">{w.seeRun}</RouterAnchor>}
      </Group>
      {trial.error && <Text size="sm" className="prose">{trial.error}</Text>}
      {lines.length > 0 && <pre className="pre mono">{lines.join('\n')}</pre>}
    </Box>
  );
}
