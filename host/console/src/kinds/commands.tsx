// The buttons that rules put on a record; what the rule answers is told at once.
import { Button, Group, Loader, Modal } from '@mantine/core';
import { IconBolt } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { commands, isWorkedWith, press, type AnyRecord, type Command } from '../api/records';
import { useSpeech } from '../i18n';
import { refuse, tell } from '../parts/toast';
import { isKind, plural } from './table';

const SchemaForm = lazy(() => import('../parts/schema-form').then((module) => ({ default: module.SchemaForm })));

export function Commands({ record }: { record: AnyRecord }) {
  const speech = useSpeech();
  const { w } = speech;
  const client = useQueryClient();
  const navigate = useNavigate();
  const [asking, setAsking] = useState<Command | null>(null);
  const { data } = useQuery({
    queryKey: ['commands', record.kind, record.id],
    queryFn: () => commands(record.kind, record.id),
    enabled: isWorkedWith(record.kind),
  });
  const act = useMutation({
    mutationFn: ({ command, input }: { command: Command; input?: unknown }) =>
      press(record.kind, record.id, command.name, { plugin: command.plugin, input: input ?? null, answer: null }),
    onSuccess: ({ reply }) => {
      setAsking(null);
      tell(reply?.message ?? w.pressed);
      const open = reply?.open;
      if (open && isKind(open.kind)) void navigate({ to: '/$plural/$id', params: { plural: plural(open.kind), id: open.id } });
    },
    onError: (error) => refuse(error, speech),
    onSettled: () => client.invalidateQueries({ queryKey: ['record', record.kind, record.id] }),
  });
  if (!data?.length) return null;
  return (
    <Group gap="xs">
      {data.map((command) => (
        <Button
          key={`${command.plugin}/${command.name}`}
          size="xs"
          variant="light"
          leftSection={<IconBolt size={16} aria-hidden />}
          loading={act.isPending && act.variables.command === command}
          onClick={() => (hasFields(command.input_schema) ? setAsking(command) : act.mutate({ command }))}
        >
          {command.title}
        </Button>
      ))}
      {asking && (
        <Modal opened onClose={() => setAsking(null)} title={asking.title} closeButtonProps={{ 'aria-label': w.close }}>
          <Suspense fallback={<Loader />}>
            <SchemaForm schema={asking.input_schema} value={{}} action={asking.title} onSubmit={(input) => act.mutateAsync({ command: asking, input })} />
          </Suspense>
        </Modal>
      )}
    </Group>
  );
}

function hasFields(schema: unknown): boolean {
  const properties = (schema as { properties?: object } | null | undefined)?.properties;
  return properties !== undefined && Object.keys(properties).length > 0;
}
