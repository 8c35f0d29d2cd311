/** What an ARN is about: the last part of `arn:aws:ecs:eu-west-1:123456789012:cluster/shop`. Names stay as they are. */
export function shortName(text: string): string {
  return text.startsWith('arn:') ? text.slice(text.lastIndexOf('/') + 1) : text;
}
