import { ActionIcon, Alert, Code, CopyButton, Group, Text } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useSpeech } from '../i18n';

/** A secret that is shown once. */
export function Secret({ secret, onClose }: { secret: string; onClose: () => void }) {
  const { w } = useSpeech();
  return (
    <Alert color="yellow" mb="md" withCloseButton closeButtonLabel={w.close} onClose={onClose} role="status">
      <Text size="sm" mb={6}>
        {w.secretOnce}
      </Text>
      <Group gap="xs" wrap="nowrap">
        <Code style={{ overflowWrap: 'anywhere' }}>{secret}</Code>
        <CopyButton value={secret}>
          {({ copied, copy }) => (
            <ActionIcon variant="light" aria-label={copied ? w.copied : w.copy} onClick={copy}>
              {copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
            </ActionIcon>
          )}
        </CopyButton>
      </Group>
    </Alert>
  );
}
