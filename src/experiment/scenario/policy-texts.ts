/** The policies of a scenario as a list of words, from their plain data: `scaling target-utilisation(cpu=60%)`. */
export function policyTexts(policies: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(policies).flatMap(([field, value]) => {
    if (typeof value !== 'object' || value === null) return [];
    const { text, name, all, services } = value as {
      text?: string;
      name?: string;
      all?: { text: string };
      services?: Record<string, { text: string }>;
    };
    const own = text ?? name;
    if (own !== undefined) return [`${field} ${own}`];
    if (services === undefined) return [`${field} ${JSON.stringify(value)}`];
    return [
      ...(all ? [`${field} ${all.text}`] : []),
      ...Object.entries(services).map(([service, one]) => `${field} of ${service} ${one.text}`),
    ];
  });
}
