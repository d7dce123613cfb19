// What is sold, line by line: shown and edited. The host computes the amounts.
import { NumberInput, TextInput } from '@mantine/core';
import type { Schemas } from '../api/client';
import { digits, useSpeech, type Money } from '../i18n';
import { Rows } from './rows';

export type LineItem = Schemas['LineItem'];
export type LineDraft = Pick<LineItem, 'title' | 'quantity' | 'price'> & Partial<LineItem>;

export function Items({ items }: { items: LineItem[] }) {
  const speech = useSpeech();
  const { w } = speech;
  return (
    <div className="scroll-x" tabIndex={0} role="region" aria-label={speech.field('items')} style={{ width: '100%' }}>
      <table className="list">
        <thead>
          <tr>
            <th scope="col">{w.item}</th>
            <th scope="col">{w.quantity}</th>
            <th scope="col">{w.price}</th>
            <th scope="col">{w.vatRate}</th>
            <th scope="col">{w.total}</th>
          </tr>
        </thead>
        <tbody>
          {items.map((item, at) => (
            <tr key={at}>
              <td>{item.title}</td>
              <td>{`${item.quantity} ${item.unit ?? ''}`}</td>
              <td>{speech.money(item.price as Money)}</td>
              <td>{item.vat_rate === undefined || item.vat_rate === null ? w.none : speech.number(item.vat_rate / 100)}</td>
              <td>{item.gross ? speech.money(item.gross as Money) : w.none}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Without what the host computes, which it would refuse. */
export function asDraft({ net: _net, vat: _vat, gross: _gross, ...item }: LineItem): LineDraft {
  return item as LineDraft;
}

interface ItemsEditorProps {
  items: LineDraft[];
  currency: string;
  onChange: (items: LineDraft[]) => void;
}

export function ItemsEditor({ items, currency, onChange }: ItemsEditorProps) {
  const { w } = useSpeech();
  const blank = (): LineDraft => ({ title: '', quantity: '1', price: { minor: 0, currency }, discount: 0, price_includes_vat: false });
  return (
    <Rows items={items} blank={blank} name={({ title }, at) => title || `${at + 1}`} onChange={onChange}>
      {(item, put) => (
        <>
          <TextInput label={w.item} value={item.title} onChange={(event) => put({ ...item, title: event.currentTarget.value })} style={{ flex: '2 1 160px' }} />
          <TextInput label={w.quantity} value={item.quantity} inputMode="decimal" onChange={(event) => put({ ...item, quantity: event.currentTarget.value.replace(',', '.') })} w={80} />
          <AmountInput label={w.price} value={item.price} onChange={(price) => price && put({ ...item, price })} />
          <NumberInput label={w.vatRate} value={item.vat_rate === undefined || item.vat_rate === null ? '' : item.vat_rate / 100} min={0} max={100} onChange={(value) => put({ ...item, vat_rate: value === '' ? null : Math.round(Number(value) * 100) })} w={80} hideControls />
        </>
      )}
    </Rows>
  );
}

interface AmountProps {
  label?: string;
  'aria-label'?: string;
  value: Money | null | undefined;
  onChange: (money: Money | null) => void;
  currency?: string;
}

/** An amount of one currency. */
export function AmountInput({ value, onChange, currency = value?.currency ?? 'EUR', ...rest }: AmountProps) {
  const scale = digits(currency);
  return (
    <NumberInput
      {...rest}
      value={value ? value.minor / 10 ** scale : ''}
      onChange={(given) => onChange(given === '' ? null : { minor: Math.round(Number(given) * 10 ** scale), currency })}
      decimalScale={scale}
      thousandSeparator=" "
      hideControls
      rightSection={<span style={{ fontSize: 12, paddingInlineEnd: 8 }}>{currency}</span>}
      rightSectionWidth={44}
      style={{ flex: '1 1 110px' }}
    />
  );
}
