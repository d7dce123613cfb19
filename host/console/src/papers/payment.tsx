// Noting what was paid of an invoice.
import { Button, Group, Select, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { change, type AnyRecord } from '../api/records';
import { useSpeech, type Money } from '../i18n';
import { AmountInput } from '../kinds/items';
import { FormDialog } from '../parts/form-dialog';
import { tell } from '../parts/toast';

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
  const open = total.minor - ((invoice.paid as Money | null)?.minor ?? 0);
  const [amount, setAmount] = useState<Money | null>({ minor: open, currency: total.currency });
  const [method, setMethod] = useState<string | null>(METHODS[0]!);
  const [reference, setReference] = useState('');
  const payments = (invoice.payments as unknown[] | undefined) ?? [];
  const note = useMutation({
    mutationFn: () => {
      const paid = { amount, at: new Date().toISOString(), method, reference: reference.trim() || `payment ${payments.length + 1}` };
      return change('invoice', invoice.id, invoice.version, { payments: [...payments, paid] });
    },
    onSuccess: () => {
      tell(w.paymentNoted);
      onClose();
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['record', 'invoice', invoice.id] }),
  });
  return (
    <FormDialog title={w.recordPayment} action={w.save} busy={note.isPending} error={note.error} onClose={onClose} onSubmit={() => note.mutate()}>
      <Group>
        <AmountInput label={speech.field('amount')} value={amount} currency={total.currency} onChange={setAmount} />
      </Group>
      <Select label={w.paymentMethod} data={METHODS.map((one) => ({ value: one, label: speech.choice(one) }))} value={method} onChange={setMethod} allowDeselect={false} />
      <TextInput label={w.paymentReference} value={reference} onChange={(event) => setReference(event.currentTarget.value)} />
    </FormDialog>
  );
}
