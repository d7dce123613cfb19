import { Button, Group, Modal, Stack, Text, type ButtonProps } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useSpeech } from '../i18n';
import { refuse } from './toast';

interface DialogProps {
  opened: boolean;
  title: string;
  text?: ReactNode;
  action: string;
  color?: string;
  onClose: () => void;
  onConfirm: () => Promise<unknown>;
  children?: ReactNode;
}

/** Asks before something is done; stays where it is not. */
export function ConfirmDialog({ opened, title, text, action, color, onClose, onConfirm, children }: DialogProps) {
  const speech = useSpeech();
  const [busy, setBusy] = useState(false);
  const confirm = async () => {
    setBusy(true);
    try {
      await onConfirm();
      onClose();
    } catch (error) {
      refuse(error, speech);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal opened={opened} onClose={onClose} title={title} closeButtonProps={{ 'aria-label': speech.w.close }}>
      <Stack>
        {text && <Text>{text}</Text>}
        {children}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {speech.w.cancel}
          </Button>
          <Button color={color} loading={busy} onClick={() => void confirm()} data-autofocus>
            {action}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

interface ConfirmButtonProps extends ButtonProps {
  label: string;
  question: string;
  text?: string;
  danger?: boolean;
  onConfirm: () => Promise<unknown>;
}

/** A button that asks first. */
export function ConfirmButton({ label, question, text, danger, onConfirm, ...button }: ConfirmButtonProps) {
  const [opened, setOpened] = useState(false);
  return (
    <>
      <Button color={danger ? 'red' : undefined} variant="light" size="xs" {...button} onClick={() => setOpened(true)}>
        {label}
      </Button>
      <ConfirmDialog
        opened={opened}
        title={question}
        text={text}
        action={label}
        color={danger ? 'red' : undefined}
        onClose={() => setOpened(false)}
        onConfirm={onConfirm}
      />
    </>
  );
}
