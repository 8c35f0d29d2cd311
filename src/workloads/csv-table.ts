import { InputError } from '../sim/input-error.ts';
import type { ByteSource } from './byte-source.ts';
import { CsvRows, type CsvOptions } from './csv-rows.ts';

export interface TableOptions extends CsvOptions {
  /** Columns without which the file makes no sense. */
  readonly required: readonly string[];
  /** A header as it could be, for the sentences about a missing one. */
  readonly example: string;
}

/** A CSV file whose first row names its columns: fields are found by name, and faults are told with line and column. */
export class CsvTable {
  readonly rows: CsvRows;
  readonly header: readonly string[];

  /** Reads the header; throws InputError when the file is empty or a required column is missing or named twice. */
  constructor(source: ByteSource, options: TableOptions) {
    this.rows = new CsvRows(source, options);
    if (!this.rows.next())
      throw new InputError(`${source.name}: the file is empty; it should begin with a header like ${options.example}`);
    this.header = Array.from({ length: this.rows.count }, (_, field) => this.rows.text(field).trim());
    for (const [field, column] of this.header.entries())
      if (column !== '' && this.header.indexOf(column) !== field)
        throw new InputError(
          `${source.name}:${this.rows.line}: column "${shown(column)}" is there twice; keep one of them`,
        );
    const missing = options.required.filter((column) => !this.header.includes(column));
    if (missing.length > 0)
      throw new InputError(
        `${source.name}:${this.rows.line}: the header has no column ${missing.map((column) => `"${column}"`).join(', ')}; write it like ${options.example}`,
      );
  }

  /** Goes to the next row; false after the last. Throws InputError when it has not one field for each column. */
  next(): boolean {
    if (!this.rows.next()) return false;
    if (this.rows.count !== this.header.length)
      throw new InputError(
        `${this.where()}: the row has ${this.rows.count} fields and the header ${this.header.length}; write one field for each column (empty ones too)`,
      );
    return true;
  }

  /** The place of the column, or -1 when the file has none of this name. */
  column(name: string): number {
    return this.header.indexOf(name);
  }

  /** `file:line` of the current row. */
  where(): string {
    return `${this.rows.name}:${this.rows.line}`;
  }

  /** What `parse` makes of the field's text; its InputError gets file, line and column in front. */
  parse<T>(column: number, parse: (text: string) => T): T {
    try {
      return parse(this.rows.text(column));
    } catch (error) {
      if (error instanceof InputError) this.fail(column, error.message);
      throw error;
    }
  }

  /** Throws the InputError about this field of the current row. */
  fail(column: number, problem: string): never {
    throw new InputError(`${this.where()}: field "${shown(this.header[column])}": ${problem}`);
  }
}

/** A column's name fit for a sentence, whatever the file holds. */
function shown(column: string): string {
  return JSON.stringify(column.length > 40 ? `${column.slice(0, 40)}…` : column).slice(1, -1);
}
