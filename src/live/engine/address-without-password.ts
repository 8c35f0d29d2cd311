/** An address without the password that it may hold: `tcp://me:secret@host` becomes `tcp://me@host`. */
export function addressWithoutPassword(address: string): string {
  return address.replace(/^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*)@/i, (_, scheme: string, user: string) => {
    const name = user.split(':')[0];
    return name === '' ? scheme : `${scheme}${name}@`;
  });
}
