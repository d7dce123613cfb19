/** What an admin can set; the schema in `rule.ts` says what each means. */
export interface Config {
  department: string;
  amount: number;
  sources: string[];
  vip_from: number;
}

/** What the score looks at. */
export interface Scored {
  amount?: { minor: bigint };
  source?: string;
  companyName?: string;
}

/** Points out of 100: for what a lead may be worth, where it came from, and whether it names a company. */
export function score(lead: Scored, config: Config): number {
  let points = 0;
  if (lead.amount && lead.amount.minor >= BigInt(config.amount)) points += 50;
  if (lead.source !== undefined && config.sources.includes(lead.source)) points += 30;
  if (lead.companyName !== undefined) points += 20;
  return points;
}
