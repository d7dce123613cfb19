import { List } from '@mantine/core';
import { useSpeech } from '../i18n';
import { Moment } from '../kinds/value';

/** Timers, each with when it fires; without that it is taken away. */
export function TimerList({ timers }: { timers: { key: string; due?: string | null }[] }) {
  const { w } = useSpeech();
  return (
    <List size="sm" spacing={4}>
      {timers.map(({ key, due }) => (
        <List.Item key={key}>
          <span className="mono">{key}</span> — {due ? <Moment value={due} /> : w.takenAway}
        </List.Item>
      ))}
    </List>
  );
}
