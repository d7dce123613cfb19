// A document or an invoice as its readers will see it, and the ways to them.
import { Anchor, Box, Button, Group, List, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { api, done } from '../api/client';
import type { AnyRecord } from '../api/records';
import { useSpeech } from '../i18n';
import { Moment } from '../kinds/value';
import { plural } from '../kinds/table';
import { ConfirmButton } from '../parts/confirm';
import { Address } from '../parts/copy';
import { Loading, Shown } from '../parts/states';
import { refuse, tell } from '../parts/toast';
import { pdf } from './file';

const PdfView = lazy(() => import('./pdf-view').then((module) => ({ default: module.PdfView })));
/** The endpoints of invoices are those of documents. */
const of = (record: AnyRecord) => `/api/v1/${plural(record.kind)}/{id}` as '/api/v1/documents/{id}';

export function Paper({ record }: { record: AnyRecord }) {
  const speech = useSpeech();
  const { w } = speech;
  const client = useQueryClient();
  const address = `/api/v1/${plural(record.kind)}/${record.id}/pdf?language=${speech.language}`;
  const fill = useMutation({
    mutationFn: () =>
      done(
        api.POST('/api/v1/documents/{id}/fill', {
          params: { path: { id: record.id }, header: { 'If-Match': `"v${record.version}"` } },
          body: { language: speech.language, reset: [], template: null },
        }),
      ),
    onSuccess: () => tell(w.filled),
    onError: (error) => refuse(error, speech),
    onSettled: () => client.invalidateQueries({ queryKey: ['record', record.kind, record.id] }),
  });
  return (
    <Stack>
      <Group gap="xs">
        <Button component="a" href={address} target="_blank" size="xs" variant="default">{w.openPdf}</Button>
        {record.kind === 'document' && record.status === 'draft' && (
          <Button size="xs" variant="default" loading={fill.isPending} onClick={() => fill.mutate()}>{w.fillAgain}</Button>
        )}
      </Group>
      <Links record={record} />
      <Suspense fallback={<Loading />}>
        <PdfView queryKey={['paper', record.id, record.version, speech.language]} load={(signal) => pdf(address, { signal })} />
      </Suspense>
    </Stack>
  );
}

/** Links for people outside. */
function Links({ record }: { record: AnyRecord }) {
  const speech = useSpeech();
  const { w } = speech;
  const client = useQueryClient();
  const path = { params: { path: { id: record.id } } };
  const key = ['record', record.kind, record.id, 'links'];
  const query = useQuery({
    queryKey: key,
    queryFn: async () => (await done(api.GET(`${of(record)}/links`, path))).items,
  });
  const make = useMutation({
    mutationFn: () => done(api.POST(`${of(record)}/link`, { ...path, body: { language: speech.language, days: null } })),
    onError: (error) => refuse(error, speech),
    onSettled: () => client.invalidateQueries({ queryKey: key }),
  });
  const revoke = async (link: string) => {
    await done(api.DELETE(`${of(record)}/links/{link}`, { params: { path: { id: record.id, link } } }));
    await client.invalidateQueries({ queryKey: key });
  };
  return (
    <Box>
      <Button size="xs" variant="light" loading={make.isPending} onClick={() => make.mutate()}>{w.makeLink}</Button>
      {make.data && (
        <Box mt="xs" role="status">
          <Text size="sm">{w.linkText}</Text>
          <Address url={make.data.url}>{(whole) => <Anchor href={whole} target="_blank" size="sm">{w.open}</Anchor>}</Address>
        </Box>
      )}
      <Shown query={query}>
        {(links) => (
          <List size="sm" mt="xs" listStyleType="none">
            {links.map((link) => (
              <List.Item key={link.id}>
                <Group gap="xs">
                  <Moment value={link.created_at} />
                  <Text size="sm" c="dimmed">{speech.count(w.views, link.views)}</Text>
                  {link.revoked_at ? <Text size="sm" c="dimmed">{w.revoked}</Text> : <ConfirmButton label={w.revoke} question={`${w.revoke}?`} danger size="compact-xs" onConfirm={() => revoke(link.id)} />}
                </Group>
              </List.Item>
            ))}
          </List>
        )}
      </Shown>
    </Box>
  );
}
