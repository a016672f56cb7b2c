// A refusal's message together with what the service says to mend.

/** The message, and in place of «mend what is named» what that is. */
export function hinted(
  message: string,
  details: Readonly<Record<string, unknown>>,
  language: 'zh' | 'en',
): string {
  const hint = details[language];
  if (typeof hint !== 'string' || hint === '') return message;
  const what = message.replace(/(?:,请按提示修改|: mend what the details name\.)$/, '').replace(/\.$/, '');
  return language === 'zh' ? `${what}:${hint}` : `${what}: ${hint}`;
}
