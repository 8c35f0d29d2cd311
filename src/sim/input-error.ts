/** Something the user can mend: a sentence with what, where and what to write instead. The command line exits with 2. */
export class InputError extends Error {
  override readonly name = 'InputError';
}
