// A new record: its kind's fields that are asked for.
import { Alert, Button, Group, Modal, Stack } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { Problem } from '../api/client';
import { create, type Patch } from '../api/records';
import { useSpeech } from '../i18n';
import { saying } from '../parts/toast';
import { useMe } from '../session';
import { Editor } from './editor';
import { usePipelines } from './pipelines';
import { KINDS, plural, type KindName } from './table';

interface CreateProps {
  kind: KindName;
  /** What is known already: what it is about, and the like. */
  given?: Patch;
  onClose: () => void;
}

export function CreateDialog({ kind, given = {}, onClose }: CreateProps) {
  const speech = useSpeech();
  const { w } = speech;
  const me = useMe();
  const pipelines = usePipelines();
  const client = useQueryClient();
  const navigate = useNavigate();
  const spec = KINDS[kind];
  const own = spec.owner && spec.fields.some((field) => field.name === spec.owner && field.asked) ? { [spec.owner]: me.id } : {};
  const [fields, setFields] = useState<Patch>({ ...own, ...given });
  const put = (name: string, value: unknown) => setFields((before) => ({ ...before, [name]: value }));
  useEffect(() => {
    const first = pipelines[0];
    if (kind === 'deal' && first && !fields.pipeline) setFields((before) => ({ ...before, pipeline: first.id, stage: first.stages[0]?.key }));
  }, [pipelines, kind, fields.pipeline]);
  const make = useMutation({
    mutationFn: () => create(kind, Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined && value !== ''))),
    onSuccess: async (record) => {
      void client.invalidateQueries({ queryKey: ['find', kind] });
      onClose();
      await navigate({ to: '/$plural/$id', params: { plural: plural(kind), id: record.id } });
    },
  });
  const problem = make.error instanceof Problem ? make.error : null;
  const asked = spec.fields.filter((field) => field.asked && !(field.name in given));
  const untold = problem && !asked.some((field) => problem.of(field.name));
  return (
    <Modal opened onClose={onClose} title={speech.fill(w.newRecord, { kind: speech.named(w.kinds, kind) })} size="lg" closeButtonProps={{ 'aria-label': w.close }}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate();
        }}
      >
        <Stack gap="sm">
          {(untold || (make.isError && !problem)) && (
            <Alert color="red" role="alert">
              {saying(make.error, speech)}
            </Alert>
          )}
          {asked.map((field, at) => (
            <Editor
              key={field.name}
              field={field}
              value={fields[field.name] ?? null}
              onChange={(value) => put(field.name, value)}
              beside={fields}
              labelled
              autoFocus={at === 0}
              required={field.wanted}
              error={problem?.of(field.name)}
            />
          ))}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {w.cancel}
            </Button>
            <Button type="submit" loading={make.isPending}>
              {w.create}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
