import { Button, Group, Modal, Select, Stack, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { Schemas } from '../api/client';
import { useSpeech } from '../i18n';
import { usePeople } from '../session';

interface QuestionProps {
  title: string;
  asks: Schemas['Question'];
  busy: boolean;
  onCancel: () => void;
  onAnswer: (answer: string) => void;
}

/** What a button asks before it runs: a text, or one of the people. */
export function Question({ title, asks, busy, onCancel, onAnswer }: QuestionProps) {
  const { w } = useSpeech();
  const people = usePeople();
  const [answer, setAnswer] = useState('');
  const options = people
    .filter((person) => person.active !== false)
    .map((person) => ({ value: person.id, label: String(person.name) }));
  return (
    <Modal opened onClose={onCancel} title={title} closeButtonProps={{ 'aria-label': w.close }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (answer.trim()) onAnswer(answer);
        }}
      >
        <Stack>
          {asks.type === 'user' ? (
            <Select
              label={asks.prompt}
              data={options}
              placeholder={w.choosePerson}
              searchable
              data-autofocus
              value={answer || null}
              onChange={(value) => setAnswer(value ?? '')}
            />
          ) : (
            <Textarea
              label={asks.prompt}
              value={answer}
              onChange={(event) => setAnswer(event.currentTarget.value)}
              autosize
              minRows={3}
              data-autofocus
              required
              withAsterisk={false}
            />
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onCancel}>
              {w.cancel}
            </Button>
            <Button type="submit" loading={busy} disabled={!answer.trim()}>
              {w.send}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
