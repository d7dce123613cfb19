// How a form stands on an outside site.
import { Anchor, Button, Code, Group, Modal, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { AnyRecord } from '../api/records';
import { useSpeech } from '../i18n';
import { Copy } from '../parts/copy';

export function Embed({ form }: { form: AnyRecord }) {
  const { w } = useSpeech();
  const [opened, setOpened] = useState(false);
  const page = `${window.location.origin}/f/${String(form.slug)}`;
  const line = `<script src="${page}/embed.js"></script>`;
  return (
    <>
      <Button size="xs" variant="default" onClick={() => setOpened(true)}>{w.embed}</Button>
      <Modal opened={opened} onClose={() => setOpened(false)} title={w.embed} size="lg" closeButtonProps={{ 'aria-label': w.close }}>
        <Stack>
          <Text size="sm">{w.embedText}</Text>
          <Code block>{line}</Code>
          <Group>
            <Copy value={line} variant="filled" />
            <Anchor href={page} target="_blank" size="sm">{w.formPage}</Anchor>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
