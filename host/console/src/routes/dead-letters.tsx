// Deliveries that were given up: put back, or discarded.
import { Box, Button, Group, Stack, Text } from '@mantine/core';
import { IconMailX } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { api, done } from '../api/client';
import { useSpeech } from '../i18n';
import { Moment } from '../kinds/value';
import { ConfirmButton } from '../parts/confirm';
import { RecordLink } from '../parts/links';
import { Page } from '../parts/page';
import { Paged, usePages } from '../parts/paged';
import { Empty } from '../parts/states';
import { refuse, tell } from '../parts/toast';

const REFRESH = 5000;

export function DeadLetters() {
  const speech = useSpeech();
  const { w } = speech;
  const client = useQueryClient();
  // No event tells of a delivery that was given up.
  const pages = usePages(['runs', 'dead'], (after) => done(api.GET('/api/v1/dead_letters', { params: { query: { after } } })), { every: REFRESH });
  const refresh = () => client.invalidateQueries({ queryKey: ['runs'] });
  const at = (id: number) => ({ params: { path: { id } } });
  const retry = async (id: number) => {
    try {
      await done(api.POST('/api/v1/dead_letters/{id}/retry', at(id)));
      tell(w.queuedAgain);
    } catch (error) {
      refuse(error, speech);
    }
    await refresh();
  };
  const discard = async (id: number) => {
    await done(api.DELETE('/api/v1/dead_letters/{id}', at(id)));
    await refresh();
  };
  return (
    <Page title={w.deadLetters}>
      <Text c="dimmed" mb="md">
        {w.deadText}
      </Text>
      <Paged pages={pages} empty={<Empty title={w.noDead} icon={IconMailX} color="teal" />}>
        {(letters) => (
          <Stack gap="xs">
            {letters.map((letter) => (
              <Box key={letter.id} className="card" p="sm" component="article" aria-label={`${letter.plugin} ${letter.name}`}>
                <Group justify="space-between" align="flex-start">
                  <Box style={{ flex: '1 1 260px', minWidth: 0 }}>
                    <Text fw={600} size="sm">
                      {`${letter.plugin} · ${letter.name}`}
                    </Text>
                    <Text size="xs" c="dimmed" component="div">
                      {`${speech.count(w.attempts, letter.attempts)} · `}
                      <Moment value={letter.at} brief />
                      {letter.about && <span className="inline">{' · '}<RecordLink kind={letter.about.kind} id={letter.about.id} /></span>}
                    </Text>
                    <Text size="sm" mt={4} className="prose">
                      {letter.reason}
                    </Text>
                  </Box>
                  <Group gap="xs">
                    <Button size="xs" variant="light" onClick={() => void retry(letter.id)}>
                      {w.runAgain}
                    </Button>
                    <ConfirmButton label={w.discard} question={w.discardQuestion} text={w.discardText} danger onConfirm={() => discard(letter.id)} />
                  </Group>
                </Group>
              </Box>
            ))}
          </Stack>
        )}
      </Paged>
    </Page>
  );
}
