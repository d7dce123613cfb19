// A template's source beside what comes of it.
import { Alert, Button, Group, Select, Stack, Textarea } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { change, find, type AnyRecord } from '../api/records';
import { useSpeech } from '../i18n';
import type { KindName } from '../kinds/table';
import { titleOf } from '../parts/links';
import { Loading } from '../parts/states';
import { saying, tell } from '../parts/toast';
import { pdf } from './file';

const PdfView = lazy(() => import('./pdf-view').then((module) => ({ default: module.PdfView })));

export function TemplateEditor({ template }: { template: AnyRecord }) {
  const speech = useSpeech();
  const { w } = speech;
  const client = useQueryClient();
  const [source, setSource] = useState(String(template.source));
  const [shown] = useDebouncedValue(source, 600);
  const [record, setRecord] = useState<string | null>(null);
  const kind = template.fills_from as KindName;
  const records = useQuery({ queryKey: ['find', kind, 'preview'], queryFn: ({ signal }) => find(kind, { limit: 50, sort: '-created_at' }, signal) });
  const save = useMutation({
    mutationFn: () => change('template', template.id, template.version, { source }),
    onSuccess: () => tell(w.saved),
    onSettled: () => client.invalidateQueries({ queryKey: ['record', 'template', template.id] }),
  });
  const load = (signal: AbortSignal) => {
    const body = JSON.stringify({ source: shown, ...(record ? { record: { kind, id: record } } : {}) });
    return pdf(`/api/v1/templates/${template.id}/preview`, { method: 'POST', body, signal, headers: { 'Content-Type': 'application/json' } });
  };
  return (
    <Stack>
      <Textarea
        label={w.editTemplate}
        value={source}
        onChange={(event) => setSource(event.currentTarget.value)}
        autosize
        minRows={10}
        maxRows={24}
        spellCheck={false}
        styles={{ input: { fontFamily: 'ui-monospace, monospace', fontSize: '0.82rem' } }}
      />
      {save.isError && <Alert color="red" role="alert">{saying(save.error, speech)}</Alert>}
      <Group align="flex-end">
        <Select
          label={speech.named(w.kinds, kind)}
          placeholder={w.none}
          data={(records.data?.items ?? []).map((one) => ({ value: one.id, label: titleOf(one, speech) }))}
          value={record}
          onChange={setRecord}
          searchable
          clearable
          clearButtonProps={{ 'aria-label': w.clear }}
          style={{ flex: '1 1 200px' }}
        />
        <Button disabled={source === template.source} loading={save.isPending} onClick={() => save.mutate()}>{w.saveTemplate}</Button>
      </Group>
      <Suspense fallback={<Loading />}>
        <PdfView queryKey={['paper', template.id, shown, record]} load={load} />
      </Suspense>
    </Stack>
  );
}
