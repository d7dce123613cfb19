// A form made from a JSON Schema: configurations and commands of plugins.
import './schema-styles';
import { Alert, Button, Group } from '@mantine/core';
import Form from '@rjsf/mantine';
import type { RJSFSchema, UiSchema } from '@rjsf/utils';
import { useState, type ReactNode } from 'react';
import { asProblem, type Problem } from '../api/client';
import { useSpeech } from '../i18n';
import { validator } from './schema-validator';
import { saying } from './toast';

interface SchemaFormProps {
  schema: unknown;
  value: unknown;
  action: string;
  onSubmit: (value: unknown) => Promise<unknown>;
  /** Beside the button that sends. */
  aside?: ReactNode;
}

const UI: UiSchema = { 'ui:submitButtonOptions': { norender: true } };

export function SchemaForm({ schema, value, action, onSubmit, aside }: SchemaFormProps) {
  const speech = useSpeech();
  const [data, setData] = useState(value);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const send = async (given: unknown) => {
    setBusy(true);
    setProblem(null);
    try {
      await onSubmit(given);
    } catch (error) {
      setProblem(asProblem(error));
    } finally {
      setBusy(false);
    }
  };
  // The form's own heading would be the name of a type in the plugin's source.
  const { title: _title, description: _description, ...shown } = schema as RJSFSchema;
  return (
    <Form
      schema={shown}
      uiSchema={UI}
      validator={validator}
      formData={data}
      onChange={(event) => setData(event.formData)}
      onSubmit={(event) => void send(event.formData)}
      showErrorList={false}
      noHtml5Validate
      idPrefix="config"
    >
      {problem && (
        <Alert color="red" role="alert" mt="md">
          {saying(problem, speech)}
        </Alert>
      )}
      <Group mt="md">
        <Button type="submit" loading={busy}>
          {action}
        </Button>
        {aside}
      </Group>
    </Form>
  );
}
