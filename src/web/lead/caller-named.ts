// Who a typed text means: a number, or the caller of a call.

/** As the API takes it. */
export function callerNamed(typed: string): { readonly number: string } | { readonly contactId: string } {
  const who = typed.trim();
  return /^[+\d ()-]+$/.test(who) && who.length < 20 ? { number: who } : { contactId: who };
}
