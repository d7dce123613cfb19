// The templates that the host brings with it: one of the organisation's own begins from one of them.
import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api, done, type Schemas } from '../api/client';
import { create } from '../api/records';
import { useSpeech } from '../i18n';
import { Shown } from '../parts/states';
import { refuse, tell } from '../parts/toast';

type Shipped = Schemas['ShippedView'];
/** What papers are mostly made of, where one may be filled from several kinds. */
const FIRST = ['deal', 'invoice'] as const;

export function Gallery() {
  const { w } = useSpeech();
  const [opened, setOpened] = useState(false);
  return (
    <>
      <Button size="xs" variant="default" onClick={() => setOpened(true)}>{w.gallery}</Button>
      <Modal opened={opened} onClose={() => setOpened(false)} title={w.gallery} size="lg" closeButtonProps={{ 'aria-label': w.close }}>
        <Text size="sm" mb="md">{w.galleryText}</Text>
        <All />
      </Modal>
    </>
  );
}

function All() {
  const speech = useSpeech();
  const { w } = speech;
  const client = useQueryClient();
  const navigate = useNavigate();
  const query = useQuery({ queryKey: ['shipped'], queryFn: async () => (await done(api.GET('/api/v1/shipped_templates'))).items, staleTime: Infinity });
  const nameOf = ({ document_kind, deal_kind, language }: Shipped) =>
    [speech.choice(document_kind), deal_kind && speech.choice(deal_kind), language].filter(Boolean).join(' · ');
  const begin = useMutation({
    mutationFn: ({ language, document_kind, deal_kind, fills_from, source, ...rest }: Shipped & { name: string }) =>
      create('template', { name: rest.name, document_kind, deal_kind: deal_kind ?? null, fills_from: FIRST.find((kind) => fills_from.includes(kind)) ?? fills_from[0], language, source }),
    onSuccess: async (made) => {
      tell(w.beganFrom);
      await client.invalidateQueries({ queryKey: ['find', 'template'] });
      await navigate({ to: '/$plural/$id', params: { plural: 'templates', id: made.id } });
    },
    onError: (error) => refuse(error, speech),
  });
  return (
    <Shown query={query}>
      {(shipped) => (
        <Stack gap="xs">
          {shipped.map((one) => {
            const name = nameOf(one);
            return (
              <Group key={name + one.fills_from.join()} justify="space-between" className="card" p="xs">
                <Text size="sm">{name}</Text>
                <Button size="xs" variant="light" loading={begin.isPending} onClick={() => begin.mutate({ ...one, name })} aria-label={`${w.beginFrom}: ${name}`}>{w.beginFrom}</Button>
              </Group>
            );
          })}
        </Stack>
      )}
    </Shown>
  );
}
