// Records out to a file, and in from one.
import { ActionIcon, Alert, Button, FileButton, Group, List, Menu, Modal, Stack, Text } from '@mantine/core';
import { IconDots, IconDownload, IconUpload } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { asProblem, type Problem } from '../api/client';
import { exportAddress, importFile, type Imported, type Params } from '../api/records';
import { useSpeech } from '../i18n';
import { saying, tell } from '../parts/toast';
import type { KindName } from './table';

/** How many errors of a file are shown at once. */
const ERRORS = 20;

interface FilesProps {
  kind: KindName;
  /** What is shown is what is exported. */
  shown: Params;
  writes: boolean;
}

export function Files({ kind, shown, writes }: FilesProps) {
  const { w } = useSpeech();
  const [importing, setImporting] = useState(false);
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="default" size="md" aria-label={w.actions}>
            <IconDots size={16} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item component="a" href={exportAddress(kind, shown)} download leftSection={<IconDownload size={16} aria-hidden />}>
            {w.exportFile}
          </Menu.Item>
          {writes && (
            <Menu.Item leftSection={<IconUpload size={16} aria-hidden />} onClick={() => setImporting(true)}>
              {w.importFile}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {importing && <ImportDialog kind={kind} onClose={() => setImporting(false)} />}
    </>
  );
}

/** A file is tried first: what it would do, or what is wrong with it, is told before anything is written. */
function ImportDialog({ kind, onClose }: { kind: KindName; onClose: () => void }) {
  const speech = useSpeech();
  const { w } = speech;
  const client = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const [would, setWould] = useState<Imported | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const send = async (chosen: File, tried: boolean) => {
    setBusy(true);
    setProblem(null);
    setWould(null);
    try {
      const done = await importFile(kind, chosen, tried);
      if (tried) return setWould(done);
      tell(speech.fill(w.imported, { created: done.created, updated: done.updated }));
      await client.invalidateQueries({ queryKey: ['find', kind] });
      onClose();
    } catch (error) {
      setProblem(asProblem(error));
    } finally {
      setBusy(false);
    }
  };
  const choose = (chosen: File | null) => {
    setFile(chosen);
    if (chosen) void send(chosen, true);
  };
  return (
    <Modal opened onClose={onClose} size="lg" title={w.importFile} closeButtonProps={{ 'aria-label': w.close }}>
      <Stack>
        <Text size="sm">{w.importText}</Text>
        <Group>
          <FileButton onChange={choose} accept=".csv,.ndjson,.jsonl,text/csv,application/x-ndjson">
            {(props) => (
              <Button variant="default" loading={busy} {...props}>
                {file ? file.name : w.chooseFile}
              </Button>
            )}
          </FileButton>
        </Group>
        {problem && (
          <Alert color="red" role="alert" title={problem.errors.length ? speech.count(w.importErrors, problem.errors.length) : undefined}>
            {problem.errors.length === 0 && saying(problem, speech)}
            <List size="sm">
              {problem.errors.slice(0, ERRORS).map((error) => (
                <List.Item key={error.field + error.message}>{`${placeOf(error.field, w.line)} ${error.message}`}</List.Item>
              ))}
            </List>
          </Alert>
        )}
        {would && <Text role="status">{speech.fill(w.importWould, { created: would.created, updated: would.updated })}</Text>}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {w.cancel}
          </Button>
          <Button disabled={!would || !file} loading={busy} onClick={() => file && void send(file, false)}>
            {w.importGo}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

/** `/lines/17/phone` as people say it. */
function placeOf(field: string, line: string): string {
  const [, , number, ...name] = field.split('/');
  return number ? `${line} ${number}${name.length ? `, ${name.join('.')}` : ''}:` : '';
}
