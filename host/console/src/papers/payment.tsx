// Noting what was paid of an invoice.
import { Alert, Button, Group, Modal, NumberInput, Select, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { change, type AnyRecord } from '../api/records';
import { digits, useSpeech, type Money } from '../i18n';
import { asProblem } from '../api/client';
import { saying, tell } from '../parts/toast';

const METHODS = ['bank-transfer', 'card', 'cash'];

export function PaymentButton({ invoice }: { invoice: AnyRecord }) {
  const { w } = useSpeech();
  const [opened, setOpened] = useState(false);
  return (
    <>
      <Button size="xs" onClick={() => setOpened(true)}>{w.recordPayment}</Button>
      {opened && <PaymentDialog invoice={invoice} onClose={() => setOpened(false)} />}
    </>
  );
}

function PaymentDialog({ invoice, onClose }: { invoice: AnyRecord; onClose: () => void }) {
  const speech = useSpeech();
  const { w } = speech;
  const client = useQueryClient();
  const total = (invoice.totals as { gross: Money } | null)?.gross ?? { minor: 0, currency: 'EUR' };
  const unit = 10 ** digits(total.currency);
  const open = total.minor - ((invoice.paid as Money | null)?.minor ?? 0);
  const [amount, setAmount] = useState<number | string>(open / unit);
  const [method, setMethod] = useState<string | null>(METHODS[0]!);
  const [reference, setReference] = useState('');
  const payments = (invoice.payments as unknown[] | undefined) ?? [];
  const note = useMutation({
    mutationFn: () => {
      const paid = { amount: { minor: Math.round(Number(amount) * unit), currency: total.currency }, at: new Date().toISOString(), method, reference: reference.trim() || `payment ${payments.length + 1}` };
      return change('invoice', invoice.id, invoice.version, { payments: [...payments, paid] });
    },
    onSuccess: () => {
      tell(w.paymentNoted);
      onClose();
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['record', 'invoice', invoice.id] }),
  });
  const problem = note.isError ? asProblem(note.error) : null;
  return (
    <Modal opened onClose={onClose} title={w.recordPayment} closeButtonProps={{ 'aria-label': w.close }}>
      <form onSubmit={(event) => { event.preventDefault(); note.mutate(); }}>
        <Stack>
          <NumberInput label={`${speech.field('amount')}, ${total.currency}`} value={amount} onChange={setAmount} min={0} decimalScale={digits(total.currency)} required withAsterisk={false} data-autofocus />
          <Select label={w.paymentMethod} data={METHODS.map((one) => ({ value: one, label: speech.choice(one) }))} value={method} onChange={setMethod} allowDeselect={false} />
          <TextInput label={w.paymentReference} value={reference} onChange={(event) => setReference(event.currentTarget.value)} />
          {problem && <Alert color="red" role="alert">{saying(problem, speech)}</Alert>}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>{w.cancel}</Button>
            <Button type="submit" loading={note.isPending}>{w.save}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
