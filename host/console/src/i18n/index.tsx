// Words in the reader's language, and numbers, dates and amounts as the language writes them.
import { createContext, use, useEffect, useState, type ReactNode } from 'react';
import type { Dictionary, Plural } from './en';

export const LANGUAGES = { en: 'English', ru: 'Русский' } as const;
export type Language = keyof typeof LANGUAGES;

const dictionaries: Record<Language, () => Promise<Dictionary>> = {
  en: () => import('./en').then((module) => module.en),
  ru: () => import('./ru').then((module) => module.ru),
};
const KEY = 'takt.language';

export interface Money {
  minor: number;
  currency: string;
}

/** The words of one language, and how it writes things. */
export class Speech {
  private readonly rules: Intl.PluralRules;
  constructor(
    readonly language: Language,
    readonly w: Dictionary,
  ) {
    this.rules = new Intl.PluralRules(language);
  }

  /** A text with its `{places}` filled. */
  fill(text: string, values: Record<string, string | number>): string {
    return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
  }

  /** A counted noun: `{n}` is the number. */
  count(words: Plural, n: number): string {
    return this.fill(words[this.rules.select(n)] ?? words.other, { n: this.number(n) });
  }

  number(value: number, options?: Intl.NumberFormatOptions): string {
    return new Intl.NumberFormat(this.language, options).format(value);
  }

  money({ minor, currency }: Money): string {
    return this.number(minor / 10 ** digits(currency), { style: 'currency', currency });
  }

  /** An amount in few letters, for the heads of columns. */
  short({ minor, currency }: Money): string {
    const value = minor / 10 ** digits(currency);
    return this.number(value, { style: 'currency', currency, notation: 'compact', maximumFractionDigits: 1 });
  }

  date(value: string): string {
    return new Intl.DateTimeFormat(this.language, { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(value));
  }

  /** Days from one to another, both included. */
  days(from: string, to: string): string {
    return new Intl.DateTimeFormat(this.language, { dateStyle: 'medium', timeZone: 'UTC' }).formatRange(new Date(from), new Date(to));
  }

  /** A length of time in its two largest units, given in seconds. */
  span(seconds: number): string {
    const at = SPANS.findIndex(([, size]) => seconds >= size);
    const [unit, size] = SPANS[at] ?? (['second', 1] as const);
    const [smaller, part] = SPANS[at + 1] ?? [];
    // It stays in one line.
    const write = (value: number, as: string) => this.number(value, { style: 'unit', unit: as, unitDisplay: 'short' }).replace(' ', '\u00a0');
    const rest = smaller && part && at >= 0 ? Math.floor((seconds % size) / part) : 0;
    return write(Math.floor(seconds / size), unit) + (smaller && rest ? `\u00a0${write(rest, smaller)}` : '');
  }

  moment(value: string): string {
    return new Intl.DateTimeFormat(this.language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(value));
  }

  /** How long ago, or in how long. */
  ago(value: string, now = Date.now()): string {
    const seconds = (new Date(value).getTime() - now) / 1000;
    const format = new Intl.RelativeTimeFormat(this.language, { numeric: 'auto' });
    for (const [unit, size] of UNITS) {
      if (Math.abs(seconds) >= size) return format.format(Math.round(seconds / size), unit);
    }
    return this.w.justNow;
  }

  list(values: string[]): string {
    return new Intl.ListFormat(this.language, { type: 'conjunction' }).format(values);
  }

  /** The word for something that other people may add to: the name itself, spaced, where there is none. */
  named(words: Record<string, string>, name: string): string {
    const plain = name.replaceAll('_', ' ').replaceAll('-', ' ');
    return words[name] ?? plain.charAt(0).toUpperCase() + plain.slice(1);
  }

  field(name: string): string {
    return this.named(this.w.fields, name);
  }

  choice(name: string): string {
    return this.named(this.w.choices, name);
  }
}

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

const SPANS: [string, number][] = [['day', 86_400], ['hour', 3_600], ['minute', 60], ['second', 1]];

/** How many digits a currency has after the point. */
export function digits(currency: string): number {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
}

function isLanguage(text: string | null | undefined): text is Language {
  return text !== null && text !== undefined && text in LANGUAGES;
}

function preferred(): Language {
  const kept = localStorage.getItem(KEY);
  if (isLanguage(kept)) return kept;
  const browser = navigator.languages.map((tag) => tag.slice(0, 2)).find(isLanguage);
  return browser ?? 'en';
}

interface Spoken {
  speech: Speech;
  /** Speaks another language from now on. */
  speak: (language: Language) => void;
  /** Speaks the person's language, unless one was chosen here. */
  suggest: (language: string | undefined) => void;
}

const Context = createContext<Spoken | null>(null);

export function SpeechProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(preferred);
  const [speech, setSpeech] = useState<Speech | null>(null);
  useEffect(() => {
    document.documentElement.lang = language;
    let current = true;
    void dictionaries[language]().then((words) => current && setSpeech(new Speech(language, words)));
    return () => void (current = false);
  }, [language]);
  if (!speech) return null;
  const speak = (chosen: Language) => {
    localStorage.setItem(KEY, chosen);
    setLanguage(chosen);
  };
  const suggest = (own: string | undefined) => {
    const short = own?.slice(0, 2);
    if (!localStorage.getItem(KEY) && isLanguage(short)) setLanguage(short);
  };
  return <Context value={{ speech, speak, suggest }}>{children}</Context>;
}

/** The reader's language. */
export function useSpeech(): Speech {
  return useSpoken().speech;
}

export function useSpoken(): Spoken {
  const spoken = use(Context);
  if (!spoken) throw new Error('no SpeechProvider around it');
  return spoken;
}
