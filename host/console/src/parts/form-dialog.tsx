import { Alert, Button, Group, Modal, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { asProblem } from '../api/client';
import { useSpeech } from '../i18n';
import { saying } from './toast';

interface FormDialogProps {
  title: string;
  /** What is done with what was filled in. */
  action: string;
  busy: boolean;
  /** Why it was not done. */
  error?: unknown;
  /** The fields that show what is wrong with them. */
  fields?: string[];
  onClose: () => void;
  onSubmit: () => void;
  children: ReactNode;
}

/** Asks for several things, and does something with them. */
export function FormDialog({ title, action, busy, error, fields = [], onClose, onSubmit, children }: FormDialogProps) {
  const speech = useSpeech();
  const { w } = speech;
  const shown = error ? asProblem(error) : null;
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ 'aria-label': w.close }}>
      <form onSubmit={(event) => { event.preventDefault(); onSubmit(); }}>
        <Stack>
          {children}
          {shown && !fields.some((field) => shown.of(field)) && <Alert color="red" role="alert">{saying(shown, speech)}</Alert>}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>{w.cancel}</Button>
            <Button type="submit" loading={busy}>{action}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
