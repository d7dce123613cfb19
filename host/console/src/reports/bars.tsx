import type { ReactNode } from 'react';

export interface Bar {
  key: string;
  label: ReactNode;
  /** What is written beside it. */
  value: string;
  size: number;
  /** What it was before: a thinner bar below. */
  before?: { value: string; size: number };
}

/** A chart that is a list: names and values are read, bars are seen. */
export function Bars({ bars, label }: { bars: Bar[]; label: string }) {
  const longest = Math.max(1, ...bars.flatMap((bar) => [bar.size, bar.before?.size ?? 0]));
  const width = (size: number) => ({ width: `${(100 * size) / longest}%` });
  return (
    <ul className="bars" aria-label={label}>
      {bars.map((bar) => (
        <li key={bar.key}>
          <span className="bar-label">{bar.label}</span>
          <span className="bar-track" aria-hidden>
            {bar.size > 0 && <span className="bar-now" style={width(bar.size)} />}
            {bar.before && bar.before.size > 0 && <span className="bar-before" style={width(bar.before.size)} />}
          </span>
          <span className="bar-value">
            {bar.value}
            {bar.before && <small>{` (${bar.before.value})`}</small>}
          </span>
        </li>
      ))}
    </ul>
  );
}
