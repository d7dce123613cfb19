import { Button, CopyButton, Group, TextInput, type ButtonProps } from '@mantine/core';
import type { ReactNode } from 'react';
import { useSpeech } from '../i18n';

/** Takes a text along. */
export function Copy({ value, ...button }: { value: string } & ButtonProps) {
  const { w } = useSpeech();
  return (
    <CopyButton value={value}>
      {({ copied, copy }) => (
        <Button size="xs" variant="light" {...button} onClick={copy}>
          {copied ? w.copied : w.copy}
        </Button>
      )}
    </CopyButton>
  );
}

/** An address to give on. A host that was not told its own address gives paths. */
export function Address({ url, children }: { url: string; children?: (whole: string) => ReactNode }) {
  const { w } = useSpeech();
  const whole = new URL(url, window.location.origin).href;
  return (
    <Group align="flex-end" gap="xs">
      <TextInput readOnly size="xs" value={whole} aria-label={w.url} style={{ flex: 1 }} />
      <Copy value={whole} />
      {children?.(whole)}
    </Group>
  );
}
