/** What the policy for content wants to see on every style element; new with every page that the host gives out. */
export const nonce = document.querySelector<HTMLMetaElement>('meta[name=csp-nonce]')?.content ?? '';
