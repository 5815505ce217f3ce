/** A file that is made from data of the program. */
export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}
