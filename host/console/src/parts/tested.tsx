import { Alert, Text } from '@mantine/core';
import { IconCheck, IconX } from '@tabler/icons-react';
import type { Schemas } from '../api/client';
import { useSpeech } from '../i18n';

/** What came of a test message. */
export function Tested({ tested: { arrived, said, millis } }: { tested: Schemas['Tested'] }) {
  const speech = useSpeech();
  const { w } = speech;
  const Sign = arrived ? IconCheck : IconX;
  return (
    <Alert color={arrived ? 'teal' : 'red'} icon={<Sign aria-hidden />} title={arrived ? w.testArrived : w.testFailed} role="status">
      <Text size="sm" className="prose">{said}</Text>
      <Text size="xs" c="dimmed">{speech.fill(w.testTook, { ms: speech.number(millis) })}</Text>
    </Alert>
  );
}
