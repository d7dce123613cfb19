// A list that is edited row by row.
import { ActionIcon, Button, Group, Stack } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconTrash } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useSpeech } from '../i18n';

interface RowsProps<T> {
  items: readonly T[];
  /** A new row. */
  blank: () => T;
  /** What a row is called, for those who hear its buttons. */
  name: (item: T, at: number) => string;
  /** The word on the button that adds one. */
  add?: string;
  /** The order matters. */
  ordered?: boolean;
  error?: string;
  onChange: (items: T[]) => void;
  children: (item: T, put: (item: T) => void) => ReactNode;
}

export function Rows<T>({ items, blank, name, add, ordered, error, onChange, children }: RowsProps<T>) {
  const { w } = useSpeech();
  const put = (at: number, item: T) => onChange(items.map((one, index) => (index === at ? item : one)));
  const move = (at: number, to: number) => {
    const moved = items.filter((_, index) => index !== at);
    moved.splice(to, 0, items[at] as T);
    onChange(moved);
  };
  const button = (label: string, at: number, icon: ReactNode, act: () => void, disabled = false, color = 'gray') => (
    <ActionIcon variant="subtle" color={color} size="lg" disabled={disabled} aria-label={`${label}: ${name(items[at] as T, at)}`} onClick={act}>
      {icon}
    </ActionIcon>
  );
  return (
    <Stack gap="xs">
      {items.map((item, at) => (
        <Group key={at} gap={6} align="end" role="group" aria-label={name(item, at)}>
          {children(item, (changed) => put(at, changed))}
          {ordered && button(w.moveUp, at, <IconArrowUp size={18} aria-hidden />, () => move(at, at - 1), at === 0)}
          {ordered && button(w.moveDown, at, <IconArrowDown size={18} aria-hidden />, () => move(at, at + 1), at === items.length - 1)}
          {button(w.remove, at, <IconTrash size={18} aria-hidden />, () => onChange(items.filter((_, index) => index !== at)), false, 'red')}
        </Group>
      ))}
      {error && <div role="alert" style={{ color: 'var(--mantine-color-error)', fontSize: 13 }}>{error}</div>}
      <Button variant="light" size="xs" onClick={() => onChange([...items, blank()])} style={{ alignSelf: 'start' }}>
        {add ?? w.addLine}
      </Button>
    </Stack>
  );
}
