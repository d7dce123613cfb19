import { Text } from '@mantine/core';
import type { Schemas } from '../api/client';
import { useSpeech } from '../i18n';

/** What a run logged. */
export function Log({ lines }: { lines: Schemas['LogLine'][] }) {
  const { w } = useSpeech();
  if (lines.length === 0) return <Text size="sm" c="dimmed">{w.noLog}</Text>;
  return (
    <pre className="pre mono" tabIndex={0} aria-label={w.log}>
      {lines.map((line) => `${line.level.padEnd(5)} ${line.message}`).join('\n')}
    </pre>
  );
}
